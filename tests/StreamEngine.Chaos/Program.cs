using System.CommandLine;
using System.Globalization;
using StreamEngine.Chaos;
using StreamEngine.Chaos.Oracle;

var log = new Option<string>("--log") { Description = "The file that what engine processes say goes to.", DefaultValueFactory = _ => "artifacts/chaos/engines.log", Recursive = true };
var root = Faults();
root.Options.Add(log);
root.Subcommands.Add(Outage());
root.Subcommands.Add(Recovery());
return await root.Parse(args).InvokeAsync();

RootCommand Faults()
{
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
    var nodes = new Option<int?>("--nodes") { Description = "Kafka nodes; of several, one at a time is killed. [default: one, and then three with a quarter of the posts and kills]" };
    var command = new RootCommand("Posts through Kafka, two engine processes and ClickHouse while all of these are killed; at the end every window, record and alert is compared with a plain count.")
    {
        seed, posts, partitions, minutes, rate, kills, databaseKills, brokerKills, freezes, add, nodes,
    };
    command.SetAction(async parsed =>
    {
        var options = new ChaosOptions
        {
            Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
            Posts = parsed.GetValue(posts),
            Span = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
            Partitions = parsed.GetValue(partitions),
            Nodes = parsed.GetValue(nodes) ?? 1,
            Rate = parsed.GetValue(rate),
            EngineKills = parsed.GetValue(kills),
            DatabaseKills = parsed.GetValue(databaseKills),
            BrokerKills = parsed.GetValue(brokerKills),
            Freezes = parsed.GetValue(freezes),
            AddedPartitions = parsed.GetValue(add),
            Log = NewLog(parsed.GetValue(log)!),
        };
        Console.WriteLine($"seed {options.Seed}");
        var verdict = await ChaosRun.Execute(options, Console.Error.WriteLine);
        if (parsed.GetValue(nodes) is null)
        {
            verdict.Add(await ChaosRun.Execute(options.OnCluster(), Console.Error.WriteLine));
        }

        return Report(verdict);
    });
    return command;
}

Command Outage()
{
    var seconds = new Option<int>("--seconds") { Description = "How long ClickHouse is gone.", DefaultValueFactory = _ => 120 };
    var rate = new Option<int>("--rate") { Description = "Posts a second, without those of the crises.", DefaultValueFactory = _ => 5000 };
    var command = new Command("outage", "Kill ClickHouse, start it again later, and measure how soon alerts go out meanwhile, how much memory the engine takes, and how soon ClickHouse has everything.") { seconds, rate };
    command.SetAction(async parsed =>
    {
        var outage = await OutageRun.Execute(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), NewLog(parsed.GetValue(log)!), Console.Error.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"alerts after {outage.Delays[outage.Delays.Count / 2].TotalMilliseconds:0} ms (median), {outage.Delays[^1].TotalMilliseconds:0} ms (most); peak memory {outage.PeakMemory >> 20} MB; caught up after {outage.CatchUp.TotalSeconds:0.0} s"));
        return Report(outage.Verdict);
    });
    return command;
}

Command Recovery()
{
    var slots = new Option<int>("--slots") { Description = "How many live slots there are.", DefaultValueFactory = _ => 200_000 };
    var partitions = new Option<int>("--partitions") { Description = "How many partitions they are spread over.", DefaultValueFactory = _ => 8 };
    var command = new Command("recovery", "Kill a process with many live slots, and measure the time from the start of the next one until it has read and committed again.") { slots, partitions };
    command.SetAction(async parsed =>
    {
        var time = await RecoveryRun.Execute(parsed.GetValue(slots), parsed.GetValue(partitions), NewLog(parsed.GetValue(log)!), Console.Error.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reading again after {time.TotalSeconds:0.00} s"));
    });
    return command;
}

static string NewLog(string path)
{
    var file = Path.GetFullPath(path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    File.Delete(file);
    return file;
}

static int Report(Verdict verdict)
{
    foreach (var difference in verdict.Differences)
    {
        Console.WriteLine(difference);
    }

    Console.WriteLine(verdict.Summary);
    return verdict.IsClean ? 0 : 1;
}
