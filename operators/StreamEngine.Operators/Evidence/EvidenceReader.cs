using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// Reads the evidence of a window's row: first how far it goes in each source partition, then its sample posts. The texts of a post are
/// those of the row.
/// </summary>
internal ref struct EvidenceReader
{
    private StateReader _reader;
    private int _left;
    private bool _inSources;

    /// <summary>Starts on the evidence of a row; empty bytes hold none.</summary>
    public EvidenceReader(ReadOnlySpan<byte> evidence)
    {
        _reader = new StateReader(evidence);
        (_left, _inSources) = evidence.IsEmpty ? (0, false) : ((int)_reader.ReadCount(1 << 20), true);
    }

    /// <summary>Reads the next source partition and the offset behind the newest of its records that the row counts.</summary>
    public bool NextSource(out int partition, out long end)
    {
        (partition, end) = (0, 0);
        if (!_inSources || _left == 0)
        {
            return false;
        }

        _left--;
        (partition, end) = ((int)_reader.ReadCount(1 << 20), _reader.ReadCount());
        return true;
    }

    /// <summary>Reads the next sample post, after what is left of the sources.</summary>
    public bool NextPost(out SampleOffer post)
    {
        while (NextSource(out _, out _))
        {
        }

        if (_inSources)
        {
            (_inSources, _left) = (false, (int)_reader.ReadCount(SampleStore.PerSlot));
        }

        post = default;
        if (_left == 0)
        {
            return false;
        }

        _left--;
        post = SampleOffer.Read(ref _reader);
        return true;
    }
}
