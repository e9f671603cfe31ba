using System.Text;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Evidence;

public sealed class TextSignatureTests
{
    private static readonly TextSignature _signature = new();

    [Theory]
    [InlineData("Stuck at the airport for 6 hours, Acme never answers the phone!")]
    [InlineData("RT @someone: Stuck at the airport for 7 hours, Acme never answers the phone! https://t.co/AbC123")]
    [InlineData("@acme @help STUCK at the airport for 11 hours... Acme never answers the phone")]
    [InlineData("Stuck at the áirport for 6 hours; ACME never answers the phone www.example.com/x?y=1 ")]
    public void Links_handles_case_signs_and_numbers_make_no_copy_a_text_of_its_own(string text) =>
        Assert.Equal(Of("stuck at the airport for hours acme never answers the phone"), Of(text));

    [Theory]
    [InlineData("Stuck at the airport for 6 hours, Acme never answers the phone! Unbelievable people")]
    [InlineData("Still stuck at the airport for 6 hours, Acme never answers the phone")]
    [InlineData("Stuck at the airport for 6 hours and Acme never answers the phone")]
    public void A_text_with_a_word_more_or_less_is_a_near_copy(string text) =>
        Assert.True(TextSignature.AreCopies(Of("Stuck at the airport for 6 hours, Acme never answers the phone!"), Of(text)));

    [Fact]
    public void Texts_of_other_words_are_no_copies_once_in_ten_thousand_pairs_at_most()
    {
        var random = new Random(1);
        var signatures = Enumerable.Range(0, 600).Select(_ => Of(string.Join(' ', Enumerable.Range(0, random.Next(4, 25)).Select(_ => $"w{(char)('a' + random.Next(26))}{(char)('a' + random.Next(12))}")))).ToList();
        var copies = signatures.SelectMany((a, i) => signatures.Skip(i + 1).Where(b => TextSignature.AreCopies(a, b))).Count();
        Assert.InRange(copies, 0, signatures.Count * (signatures.Count - 1) / 2 / 10_000);
    }

    [Fact]
    public void The_share_of_common_word_pairs_decides_what_is_a_near_copy()
    {
        var random = new Random(2);
        Assert.InRange(ShareFoundAt(random, changed: 1), 0.9, 1); // 16 of 22 pairs are common
        Assert.InRange(ShareFoundAt(random, changed: 10), 0, 0.02); // none is
    }

    [Theory]
    [InlineData("")]
    [InlineData("worst service ever")]
    [InlineData("RT @a: 12 34 56 https://t.co/x no")]
    public void A_text_of_three_words_or_fewer_is_a_copy_of_nothing(string text)
    {
        Assert.Equal(TextSignature.TooShort, Of(text));
        Assert.False(TextSignature.AreCopies(Of(text), Of(text)));
    }

    [Fact]
    public void Whatever_the_bytes_there_is_a_signature_and_none_is_0()
    {
        var random = new Random(3);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            Assert.NotEqual(0UL, _signature.Of(bytes));
        }
    }

    private static double ShareFoundAt(Random random, int changed)
    {
        var found = 0;
        for (var i = 0; i < 400; i++)
        {
            var words = Enumerable.Range(0, 20).Select(_ => Word(random)).ToArray();
            var other = words.ToArray();
            for (var j = 0; j < changed; j++)
            {
                other[changed == 1 ? 9 : j * 2] = Word(random);
            }

            found += TextSignature.AreCopies(Of(string.Join(' ', words)), Of(string.Join(' ', other))) ? 1 : 0;
        }

        return found / 400.0;
    }

    private static string Word(Random random) => new([.. Enumerable.Range(0, 7).Select(_ => (char)('a' + random.Next(26)))]);

    private static ulong Of(string text) => _signature.Of(Encoding.UTF8.GetBytes(text));
}
