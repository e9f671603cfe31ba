using System.Text;
using StreamEngine.Core.Batches;

namespace StreamEngine.Operators.MLNet;

/// <summary>Texts of a batch's rows in UTF-16, one after another in a buffer that is reused. Invalid UTF-8 becomes U+FFFD.</summary>
internal sealed class Utf16Column
{
    private char[] _chars = [];
    private int[] _ends = [];

    /// <summary>A row's text, by its place among the rows filled in last.</summary>
    public ReadOnlyMemory<char> this[int row]
    {
        get
        {
            var start = row == 0 ? 0 : _ends[row - 1];
            return _chars.AsMemory(start, _ends[row] - start);
        }
    }

    public void Fill(RecordBatch batch, int column, int from, int count)
    {
        if (_ends.Length < count)
        {
            _ends = new int[count * 2];
        }

        var end = 0;
        for (var i = 0; i < count; i++)
        {
            var text = batch[column] is Utf8Column texts ? texts[from + i] : batch.Dictionary(column).Text(from + i);
            if (_chars.Length < end + text.Length)
            {
                Array.Resize(ref _chars, Math.Max(end + text.Length, _chars.Length * 2));
            }

            end += Encoding.UTF8.GetChars(text, _chars.AsSpan(end));
            _ends[i] = end;
        }
    }
}
