using System.Text;

namespace StreamEngine.Text.Training;

/// <summary>Reads a table with a header: tab-separated without quoting, or comma-separated with double quotes (RFC 4180).</summary>
internal sealed class DelimitedReader : IDisposable
{
    private readonly string _path;
    private readonly StreamReader _reader;
    private readonly bool _quoted;
    private readonly string[] _header;
    private readonly List<string> _row = [];
    private int _line;

    public DelimitedReader(string path)
    {
        _path = path;
        _quoted = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
        _reader = new StreamReader(path, Encoding.UTF8);
        if (!ReadRow())
            throw new InvalidDataException($"{path} is empty; expected a header line that names the columns.");
        _header = [.. _row];
    }

    public string this[int column] => _row[column];

    public int Column(string name) => OptionalColumn(name) is >= 0 and var column
        ? column
        : throw new InvalidDataException($"{_path}, line 1: no column \"{name}\"; the header has: {string.Join(", ", _header)}.");

    public int OptionalColumn(string name) => Array.IndexOf(_header, name);

    /// <summary>Moves to the next row.</summary>
    public bool Read()
    {
        if (!ReadRow())
            return false;
        if (_row.Count != _header.Length)
            throw new InvalidDataException($"{_path}, line {_line}: {_row.Count} columns where the header has {_header.Length}.");
        return true;
    }

    public void Dispose() => _reader.Dispose();

    private bool ReadRow()
    {
        _row.Clear();
        var line = _reader.ReadLine();
        _line++;
        if (line is null)
            return false;
        if (!_quoted)
        {
            _row.AddRange(line.Split('\t'));
            return true;
        }
        var field = new StringBuilder();
        var i = 0;
        while (true)
        {
            field.Clear();
            if (i < line.Length && line[i] == '"')
                ReadQuoted(ref line, ref i, field);
            else
            {
                while (i < line.Length && line[i] != ',')
                    field.Append(line[i++]);
            }
            _row.Add(field.ToString());
            if (i >= line.Length)
                return true;
            if (line[i] != ',')
                throw new InvalidDataException($"{_path}, line {_line}: text after a closing quote; expected a comma.");
            i++;
            if (i == line.Length)
            {
                _row.Add("");
                return true;
            }
        }
    }

    private void ReadQuoted(ref string line, ref int i, StringBuilder field)
    {
        i++;
        while (true)
        {
            if (i >= line.Length)
            {
                line = _reader.ReadLine() ?? throw new InvalidDataException($"{_path}, line {_line}: a quoted field is not closed.");
                _line++;
                i = 0;
                field.Append(' ');
                continue;
            }
            if (line[i] != '"')
                field.Append(line[i++]);
            else if (i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i += 2;
            }
            else
            {
                i++;
                return;
            }
        }
    }
}
