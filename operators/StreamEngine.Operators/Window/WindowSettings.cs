using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The options of <c>window</c> as numbers, in ms.</summary>
internal sealed class WindowSettings
{
    public WindowSettings(OptionSet options)
    {
        IsSession = options.Get(WindowDefinition.Session) is not null;
        Size = Milliseconds(options.Get(WindowDefinition.Session) ?? options.Get(WindowDefinition.Size) ?? TimeSpan.Zero);
        Slide = IsSession ? 0 : options.Get(WindowDefinition.Slide) is { } slide ? Milliseconds(slide) : Size;
        MaxDisorder = Milliseconds(options.Get(WindowDefinition.MaxDisorder));
        MaxFuture = Milliseconds(options.Get(WindowDefinition.MaxFuture));
        Lateness = Milliseconds(options.Get(WindowDefinition.Lateness));
        Early = Milliseconds(options.Get(WindowDefinition.Early));
        Retain = Milliseconds(options.Get(WindowDefinition.Retain));
        IdleAfter = options.Get(WindowDefinition.IdleAfter);
        By = [.. WindowDefinition.Groups.Select(group => options.Get(WindowDefinition.By).Contains(group))];
    }

    /// <summary>Whether windows are sessions.</summary>
    public bool IsSession { get; }

    /// <summary>How long a window is; of sessions the gap that ends one.</summary>
    public long Size { get; }

    /// <summary>How far apart windows start; 0 for sessions.</summary>
    public long Slide { get; }

    public long MaxDisorder { get; }

    public long MaxFuture { get; }

    public long Lateness { get; }

    public long Early { get; }

    public long Retain { get; }

    public TimeSpan IdleAfter { get; }

    /// <summary>Whether windows are grouped by brand, channel, language.</summary>
    public bool[] By { get; }

    /// <summary>The end of a slot's window, as far as it goes by now.</summary>
    public long EndOf(in Slot slot) => (IsSession ? SessionTime.Start(slot.LastEvent) : slot.Key.Start) + Size;

    /// <summary>The start of the last window that holds <paramref name="time"/>.</summary>
    public long LastStart(long time)
    {
        var into = time % Slide;
        return time - (into < 0 ? into + Slide : into);
    }

    /// <summary>What must be equal for stored slots to mean the same, in words.</summary>
    public override string ToString() => Describe(TimeSpan.FromMilliseconds(Size), TimeSpan.FromMilliseconds(Slide), Shape);

    /// <summary>Writes what must be equal for stored slots to mean the same.</summary>
    public void WriteShape(StateWriter writer)
    {
        writer.WriteCount(Size);
        writer.WriteCount(Slide);
        writer.WriteByte(Shape);
    }

    /// <summary>Refuses state that was made with other windows.</summary>
    /// <exception cref="Core.State.StateException">It was.</exception>
    public void CheckShape(string operatorId, ref StateReader reader)
    {
        var (size, slide, shape) = (reader.ReadDuration(), reader.ReadDuration(), reader.ReadByte());
        if (size.TotalMilliseconds != Size || slide.TotalMilliseconds != Slide || shape != Shape)
        {
            throw new Core.State.StateException(
                $"Operator '{operatorId}': its state was made with {Describe(size, slide, shape)}, the graph now has {this}. Give the operator another id to start it afresh, or keep its options.");
        }
    }

    private byte Shape => (byte)((By[0] ? 1 : 0) | (By[1] ? 2 : 0) | (By[2] ? 4 : 0));

    private static string Describe(TimeSpan size, TimeSpan slide, byte shape)
    {
        var groups = string.Join(", ", WindowDefinition.Groups.Where((_, i) => (shape & (1 << i)) != 0));
        return $"{(slide == TimeSpan.Zero ? $"session {Durations.Format(size)}" : $"size {Durations.Format(size)}, slide {Durations.Format(slide)}")}, by [{groups}]";
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
