using System.Runtime.InteropServices;
using System.Text;

namespace StreamEngine.Connectors.Embedded;

/// <summary>The <c>{name:Type}</c> parameters of a query as the arrays that libchdb's C interface takes.</summary>
internal sealed unsafe class NativeParameters : IDisposable
{
    // names, name lengths, values, value lengths: four rows of Count words each
    private readonly nint* _block;
    private readonly int _count;

    public NativeParameters(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        _count = parameters.Count;
        _block = (nint*)NativeMemory.AllocZeroed((nuint)(4 * _count) + 1, (nuint)sizeof(nint));
        for (int i = 0; i < _count; i++)
        {
            (_block[i], _block[_count + i]) = Copy(parameters[i].Key);
            (_block[(2 * _count) + i], _block[(3 * _count) + i]) = Copy(parameters[i].Value);
        }
    }

    public byte** Names => (byte**)_block;

    public nuint* NameLengths => (nuint*)(_block + _count);

    public byte** Values => (byte**)(_block + (2 * _count));

    public nuint* ValueLengths => (nuint*)(_block + (3 * _count));

    public nuint Count => (nuint)_count;

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            NativeMemory.Free((void*)_block[i]);
            NativeMemory.Free((void*)_block[(2 * _count) + i]);
        }
        NativeMemory.Free(_block);
    }

    private static (nint Address, nint Length) Copy(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return ((nint)copy, length);
    }
}
