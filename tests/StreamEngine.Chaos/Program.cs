using System.CommandLine;
using StreamEngine.Chaos;
using StreamEngine.Chaos.Oracle;

var seed = new Option<int?>("--seed") { Description = "Decides posts, faults and their moments. [default: by chance; it is printed first]" };
var posts = new Option<long>("--posts") { Description = "How many posts.", DefaultValueFactory = _ => 2_000_000 };
var partitions = new Option<int>("--partitions") { Description = "How many partitions the posts are spread over.", DefaultValueFactory = _ => 8 };
var minutes = new Option<int>("--minutes") { Description = "Event time that the posts take.", DefaultValueFactory = _ => 240 };
var rate = new Option<double>("--rate") { Description = "About how many posts are written a second.", DefaultValueFactory = _ => 25_000 };
var kills = new Option<int>("--kills") { Description = "How often an engine process is killed, at least.", DefaultValueFactory = _ => 20 };
var databaseKills = new Option<int>("--clickhouse-kills") { Description = "How often ClickHouse is killed.", DefaultValueFactory = _ => 5 };
var brokerKills = new Option<int>("--broker-kills") { Description = "How often the broker is killed; of a cluster, each node.", DefaultValueFactory = _ => 2 };
var freezes = new Option<int>("--freezes") { Description = "How often an engine process is frozen past its session.", DefaultValueFactory = _ => 2 };
var add = new Option<int>("--add-partitions") { Description = "How many partitions are added to the topic while the graph runs.", DefaultValueFactory = _ => 2 };
var nodes = new Option<int>("--nodes") { Description = "Kafka nodes; of several, one at a time is killed.", DefaultValueFactory = _ => 1 };
var log = new Option<string>("--log") { Description = "The file that engine processes' words go to.", DefaultValueFactory = _ => "artifacts/chaos/engines.log" };
var root = new RootCommand("Posts through Kafka, two engine processes and ClickHouse while all of these are killed; at the end every window, record and alert is compared with a plain count.")
{
    seed, posts, partitions, minutes, rate, kills, databaseKills, brokerKills, freezes, add, nodes, log,
};

root.SetAction(async parsed =>
{
    var file = Path.GetFullPath(parsed.GetValue(log)!);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    File.Delete(file);
    var options = new ChaosOptions
    {
        Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
        Posts = parsed.GetValue(posts),
        Span = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
        Partitions = parsed.GetValue(partitions),
        Nodes = parsed.GetValue(nodes),
        Rate = parsed.GetValue(rate),
        EngineKills = parsed.GetValue(kills),
        DatabaseKills = parsed.GetValue(databaseKills),
        BrokerKills = parsed.GetValue(brokerKills),
        Freezes = parsed.GetValue(freezes),
        AddedPartitions = parsed.GetValue(add),
        Log = file,
    };
    Console.WriteLine($"seed {options.Seed}");
    return Report(await ChaosRun.Execute(options, Console.Error.WriteLine));
});

return await root.Parse(args).InvokeAsync();

static int Report(Verdict verdict)
{
    foreach (var difference in verdict.Differences)
    {
        Console.WriteLine(difference);
    }

    Console.WriteLine(verdict.Summary);
    return verdict.IsClean ? 0 : 1;
}
