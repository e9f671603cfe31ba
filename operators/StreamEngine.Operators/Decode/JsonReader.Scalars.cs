using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Operators;

/// <content>Strings, numbers and words.</content>
internal sealed unsafe partial class JsonReader
{
    /// <summary>Reads a string from the byte after its opening quote to the byte after its closing one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* String(byte* p, ref bool escaped)
    {
        while (true)
        {
            var bytes = Vector256.Load(p);
            var stops = Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes);
            var mask = stops.ExtractMostSignificantBits();
            if (mask == 0)
            {
                p += Vector256<byte>.Count;
                if (p >= _end)
                {
                    return Fail(JsonError.EndsInString, _end);
                }

                continue;
            }

            p += BitOperations.TrailingZeroCount(mask);
            if (p >= _end)
            {
                return Fail(JsonError.EndsInString, _end);
            }

            if (*p == '"')
            {
                return p + 1;
            }

            if (*p != '\\')
            {
                return Fail(JsonError.ControlCharacter, p);
            }

            escaped = true;
            p = Escape(p);
            if (p == null)
            {
                return null;
            }
        }
    }

    private byte* Escape(byte* p)
    {
        if (p + 1 >= _end)
        {
            return Fail(JsonError.EndsInEscape, _end);
        }

        switch (p[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return p + 2;
            case (byte)'u':
                for (var i = 2; i < 6; i++)
                {
                    if (p + i >= _end)
                    {
                        return Fail(JsonError.EndsInEscape, _end);
                    }

                    if (!char.IsAsciiHexDigit((char)p[i]))
                    {
                        return Fail(JsonError.BadUnicodeEscape, p + i);
                    }
                }

                return p + 6;
            default:
                return Fail(JsonError.BadEscape, p + 1);
        }
    }

    private byte* Word(byte* p, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (p + i >= _end)
            {
                return Fail(JsonError.EndsInWord, _end);
            }

            if (p[i] != word[i])
            {
                return Fail(JsonError.BadWord, p + i);
            }
        }

        return p + word.Length;
    }

    private byte* Number(byte* p)
    {
        if (*p == '-')
        {
            p++;
        }

        var digits = Digits(p);
        if (digits == p || (*p == '0' && digits > p + 1))
        {
            return Fail(p >= _end ? JsonError.EndsInNumber : JsonError.BadNumber, digits == p ? p : p + 1);
        }

        p = digits;
        if (p < _end && *p == '.')
        {
            digits = Digits(++p);
            if (digits == p)
            {
                return Fail(p >= _end ? JsonError.EndsInNumber : JsonError.BadNumber, p);
            }

            p = digits;
        }

        if (p < _end && (*p | 0x20) == 'e')
        {
            p++;
            if (p < _end && *p is (byte)'+' or (byte)'-')
            {
                p++;
            }

            digits = Digits(p);
            if (digits == p)
            {
                return Fail(p >= _end ? JsonError.EndsInNumber : JsonError.BadNumber, p);
            }

            p = digits;
        }

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Digits(byte* p)
    {
        while (p < _end && (uint)(*p - '0') < 10)
        {
            p++;
        }

        return p;
    }
}
