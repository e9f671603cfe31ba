using StreamEngine.Core.State;

namespace StreamEngine.Tests.Core.State;

public sealed class StateCodecTests
{
    [Fact]
    public void The_bytes_are_those_of_earlier_versions()
    {
        var writer = new StateWriter(capacity: 1);
        writer.WriteByte(7);
        writer.WriteCount(0);
        writer.WriteCount(300);
        writer.WriteSigned(-300);
        writer.WriteSigned(long.MinValue);
        writer.WriteInt64(-2);
        writer.WriteUInt64(1);
        writer.WriteDouble(-2);
        writer.WriteSingle(0.5f);
        writer.WriteText("né"u8);
        writer.WriteString("né");
        writer.WriteRaw([9, 9]);
        Assert.Equal("07" + "00" + "AC02" + "D704" + "FFFFFFFFFFFFFFFFFF01" + "FEFFFFFFFFFFFFFF" + "0100000000000000" + "00000000000000C0" + "0000003F" + "036EC3A9" + "036EC3A9" + "0909", Convert.ToHexString(writer.Written));

        var reader = new StateReader(writer.Written);
        Assert.Equal(7, reader.ReadByte());
        Assert.Equal((0, 300), (reader.ReadCount(), reader.ReadCount()));
        Assert.Equal((-300, long.MinValue), (reader.ReadSigned(), reader.ReadSigned()));
        Assert.Equal((-2, 1UL), (reader.ReadInt64(), reader.ReadUInt64()));
        Assert.Equal((-2, 0.5f), (reader.ReadDouble(), reader.ReadSingle()));
        Assert.Equal("né"u8, reader.ReadText());
        Assert.Equal("né", reader.ReadString());
        Assert.Equal([9, 9], reader.ReadRaw(reader.Left).ToArray());
        reader.End();
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF02", "longer than 64 bits")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01", "longer than 64 bits")]
    [InlineData("FFFF", "the bytes end at 2")]
    [InlineData("80808080808080808001", "9,223,372,036,854,775,808 entries cannot stand in the 0 bytes")]
    [InlineData("02AABBCCDDEEFF", "2 entries cannot stand in the 6 bytes")]
    public void A_number_of_entries_is_checked_before_anything_is_done_with_it(string bytes, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => new StateReader(Convert.FromHexString(bytes)).ReadEntries(leastBytes: 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_too_long_too_large_or_left_over_is_refused()
    {
        Assert.Throws<FormatException>(() => new StateReader([3, 1, 2]).ReadText());
        Assert.Throws<FormatException>(() => new StateReader([3, 1, 2, 3]).ReadText(max: 2));
        Assert.Throws<FormatException>(() => new StateReader([2]).ReadFlag());
        Assert.Throws<FormatException>(() => new StateReader([0]).ReadRaw(-1));
        Assert.Throws<FormatException>(() => new StateReader([0]).End());
    }
}
