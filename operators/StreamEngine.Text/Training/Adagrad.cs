using System.Runtime.CompilerServices;

namespace StreamEngine.Text.Training;

/// <summary>Gradient descent with a step size per number (Duchi, Hazan and Singer 2011).</summary>
internal static class Adagrad
{
    /// <summary>Keeps a number that has had no gradient where it is.</summary>
    public const float Epsilon = 1e-6f;

    /// <summary>Moves a number against its gradient, the less the greater its gradients have been.</summary>
    /// <param name="number">The number.</param>
    /// <param name="square">The sum of its squared gradients.</param>
    /// <param name="gradient">Its gradient now.</param>
    /// <param name="rate">The learning rate.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Descend(ref float number, ref float square, float gradient, float rate)
    {
        square += gradient * gradient;
        number -= rate * gradient / (MathF.Sqrt(square) + Epsilon);
    }
}
