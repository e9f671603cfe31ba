using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class WindowAlgebraTests
{
    private static readonly string[] _brands = ["Acme", "Bolt", "Čedok", "Dune"];
    private static readonly string[] _channels = ["web", "app"];
    private static readonly string[] _languages = ["nl", "pl"];

    [Theory]
    [InlineData("10s", null, 1)]
    [InlineData("30s", "10s", 2)]
    [InlineData("1m", null, 3)]
    [InlineData("20s", "5s", 4)]
    public void Windows_equal_a_plain_count_whatever_the_batches_cuts_crashes_and_order_of_partitions(string size, string? slide, int family)
    {
        for (var round = 0; round < 20; round++)
        {
            var seed = (family * 1000) + round;
            try
            {
                new Run(seed, size, slide).Check();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }
        }
    }

    /// <summary>One random stream, taken through both phases with interruptions.</summary>
    private sealed class Run
    {
        private const long Disorder = 4_000;
        private const long Lateness = 15_000;
        private readonly Random _random;
        private readonly ManualTime _time = new(Mentions.Now);
        private readonly Dictionary<string, object?> _options;
        private readonly WindowOracle _oracle;
        private readonly int _partitions;
        private readonly List<List<Exchanged>> _exchanged = [];
        private readonly Dictionary<(long, string, string, string), WindowRow> _last = [];
        private int _late;
        private int _dead;

        public Run(int seed, string size, string? slide)
        {
            _random = new Random(seed);
            _partitions = _random.Next(1, 5);
            _options = new Dictionary<string, object?> { ["size"] = size, ["max_disorder"] = "4s", ["lateness"] = "15s" };
            if (slide is not null)
            {
                _options["slide"] = slide;
            }

            var options = OperatorHarness.Bind(new WindowDefinition(), _options);
            var settings = new WindowSettings(options);
            _oracle = new WindowOracle(settings.Size, settings.Slide, Disorder, Lateness, Mentions.Now.ToUnixTimeMilliseconds() + settings.MaxFuture);
        }

        public void Check()
        {
            for (var partition = 0; partition < _partitions; partition++)
            {
                var posts = RandomPosts();
                _oracle.Add(partition, posts);
                _exchanged.Add(FirstPhase(partition, posts));
            }

            Assert.Equal(_oracle.LatePosts, _late);
            Assert.Equal(_oracle.FuturePosts, _dead);
            SecondPhase();
            Assert.Equal(_oracle.Keys.Order(), _last.Keys.Order());
            foreach (var (key, row) in _last)
            {
                Assert.Equal(_oracle.Row(key), row);
            }
        }

        private List<Post> RandomPosts()
        {
            var start = Mentions.Now.ToUnixTimeMilliseconds() - 3_600_000 + _random.Next(60_000);
            var posts = new List<Post>();
            long offset = _random.Next(100), time = start;
            for (var i = _random.Next(400); i > 0; i--)
            {
                offset += _random.Next(1, 4);
                time += _random.Next(10) == 0 ? _random.Next(20_000) : _random.Next(400);
                var disorder = _random.Next(20) == 0 ? _random.Next(90_000) : _random.Next((int)Disorder);
                var at = _random.Next(100) == 0 ? Mentions.Now.ToUnixTimeMilliseconds() + 86_400_000 : time - disorder;
                posts.Add(new Post(offset, at, [.. Enumerable.Range(0, _random.Next(6) == 0 ? 0 : _random.Next(1, 3)).Select(RandomMention)]));
            }

            return posts;
        }

        private Mention RandomMention(int i)
        {
            var sentiment = _random.Next(-1, 2);
            var text = string.Concat(Enumerable.Repeat("zły 😠 ", _random.Next(1, 40))) + _random.Next(8);
            return new Mention(
                _brands[(_random.Next(2) + (2 * i)) % 4], _channels[_random.Next(2)], _languages[_random.Next(2)], $"author {_random.Next(30)}", text, sentiment,
                (float)Math.Round(sentiment * _random.NextDouble(), 1), _random.Next(5) == 0 ? 0 : _random.Next(1000));
        }

        private List<Exchanged> FirstPhase(int partition, List<Post> posts)
        {
            var sent = new List<Exchanged>();
            var setting = new HarnessSetting { Input = Mentions.Schema, Partition = partition, PartitionCount = _partitions, Time = _time, State = new StoredState() };
            var harness = new OperatorHarness(new WindowDefinition(), _options, setting);
            var (next, stored, late, dead) = (0, 0, 0, 0);
            while (stored < posts.Count)
            {
                var count = Math.Min(posts.Count - next, _random.Next(1, 40));
                harness.Push(Mentions.Batch(harness, posts.GetRange(next, count)));
                next += count;
                if (_random.Next(4) == 0)
                {
                    harness.Dispose();
                    harness = new OperatorHarness(new WindowDefinition(), _options, setting);
                    next = stored;
                    (late, dead) = (0, 0);
                }
                else if (next == posts.Count || _random.Next(3) == 0)
                {
                    harness.Cut(batch => sent.Add(new Exchanged(batch)));
                    stored = next;
                    _late += harness.Late.Count - late;
                    _dead += harness.DeadLetters.Count - dead;
                    (late, dead) = (harness.Late.Count, harness.DeadLetters.Count);
                }
            }

            harness.Silence = TimeSpan.MaxValue;
            harness.Cut(batch => sent.Add(new Exchanged(batch)));
            harness.Dispose();
            return sent;
        }

        private void SecondPhase()
        {
            var setting = new HarnessSetting { Input = Mentions.Schema, Time = _time, Merge = true, State = new StoredState() };
            var harness = new OperatorHarness(new WindowDefinition(), _options, setting);
            var next = new int[_partitions];
            var stored = new int[_partitions];
            while (Enumerable.Range(0, _partitions).Any(p => stored[p] < _exchanged[p].Count))
            {
                var partition = _random.Next(_partitions);
                if (next[partition] < _exchanged[partition].Count)
                {
                    harness.Push(_exchanged[partition][next[partition]++].ToBatch(harness));
                }

                _time.Advance(TimeSpan.FromMilliseconds(_random.Next(500)));
                switch (_random.Next(8))
                {
                    case 0:
                        harness.Dispose();
                        harness = new OperatorHarness(new WindowDefinition(), _options, setting);
                        stored.CopyTo(next, 0);
                        break;
                    case 1:
                        // What was delivered comes once more, from anywhere on.
                        next[partition] = _random.Next(next[partition] + 1);
                        break;
                    case 2 or 3:
                        harness.Cut(batch => Receive(WindowRow.From(batch)));
                        next.CopyTo(stored, 0);
                        break;
                }
            }

            harness.Dispose();
        }

        private void Receive(IEnumerable<WindowRow> rows)
        {
            foreach (var row in rows)
            {
                if (_last.TryGetValue(row.Key, out var before))
                {
                    Assert.True(row.Version > before.Version, $"version {row.Version} after {before.Version}");
                    Assert.True(row.IsFinal || !before.IsFinal, "final once, final ever");
                }

                _last[row.Key] = row;
            }
        }
    }
}
