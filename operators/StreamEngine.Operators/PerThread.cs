using System.Runtime.CompilerServices;

namespace StreamEngine.Operators;

/// <summary>
/// What works with a model and must stay on one thread, such as a scorer with its cache: the tasks of a worker take turns on its thread, and
/// so share what was learned of words, and the memory for it. Kept for as long as the model and the thread are.
/// </summary>
internal static class PerThread
{
    /// <summary>The instances for a model, made on each thread that asks.</summary>
    public static ThreadLocal<T> Of<TModel, T>(TModel model, Func<TModel, T> make)
        where TModel : class
        where T : class => Kept<TModel, T>.OfModels.GetValue(model, key => new ThreadLocal<T>(() => make(key)));

    private static class Kept<TModel, T>
        where TModel : class
        where T : class
    {
        public static readonly ConditionalWeakTable<TModel, ThreadLocal<T>> OfModels = [];
    }
}
