using StreamEngine.Core.Batches;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class AuthorSketchTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void The_estimate_has_the_standard_error_that_is_stated(int authors)
    {
        const int Trials = 200;
        double squares = 0, sum = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var sketches = new AuthorSketches();
            AuthorSketch sketch = default;
            for (var i = 0; i < authors; i++)
            {
                sketches.Add(ref sketch, Author(trial, i));
            }

            var error = (sketches.Count(sketch) / (double)authors) - 1;
            sum += error;
            squares += error * error;
        }

        Assert.InRange(Math.Sqrt(squares / Trials), 0, 0.0325 * 1.15);
        Assert.InRange(sum / Trials, -0.0325 * 4 / Math.Sqrt(Trials), 0.0325 * 4 / Math.Sqrt(Trials));
    }

    [Fact]
    public void Up_to_64_authors_are_exact_however_often_they_write()
    {
        var sketches = new AuthorSketches();
        AuthorSketch sketch = default;
        for (var i = 0; i < 64; i++)
        {
            for (var again = 0; again <= i; again++)
            {
                sketches.Add(ref sketch, Author(0, again));
            }

            Assert.Equal(i + 1, sketches.Count(sketch));
        }
    }

    [Fact]
    public void A_sketch_depends_on_the_set_alone_not_on_order_repetition_or_how_parts_are_merged()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var authors = Enumerable.Range(0, random.Next(1, random.Next(2) == 0 ? 100 : 500)).Select(i => Author(seed, i)).ToArray();
            var whole = Encode(new AuthorSketches(), authors);

            var sketches = new AuthorSketches();
            var parts = new AuthorSketch[random.Next(1, 6)];
            random.Shuffle(authors);
            foreach (var author in authors.Concat(authors.Take(random.Next(authors.Length))))
            {
                sketches.Add(ref parts[random.Next(parts.Length)], author);
            }

            AuthorSketch merged = default;
            random.Shuffle(parts);
            foreach (ref var part in parts.AsSpan())
            {
                sketches.Merge(ref merged, part);
                sketches.Free(ref part);
            }

            // To its bytes and back it is the same again.
            var writer = new StateWriter();
            sketches.Write(merged, writer);
            AuthorSketch read = default;
            var reader = new StateReader(writer.Written);
            sketches.Read(ref read, ref reader);
            var again = new StateWriter();
            sketches.Write(read, again);
            Assert.True(whole.AsSpan().SequenceEqual(again.Written), $"seed {seed}");
        }
    }

    private static byte[] Encode(AuthorSketches sketches, ulong[] authors)
    {
        AuthorSketch sketch = default;
        foreach (var author in authors)
        {
            sketches.Add(ref sketch, author);
        }

        var writer = new StateWriter();
        sketches.Write(sketch, writer);
        return writer.Written.ToArray();
    }

    private static ulong Author(int trial, int i) => Hash64.Of(System.Text.Encoding.UTF8.GetBytes($"author {trial} {i}"));
}
