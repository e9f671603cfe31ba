using System.Globalization;
using System.Text;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Tests.Text.MLNet;

/// <summary>The models that ML.NET saved, and the answers that it gave.</summary>
internal static class GoldenModels
{
    public static readonly string[] Names =
    [
        "binary_avgperceptron", "binary_lbfgs", "binary_sdca", "binary_sdca_default", "multi_hashed_sdca", "multi_lbfgs", "multi_sdca",
    ];

    private static readonly Lazy<string[]> _texts = new(() => Array.ConvertAll(File.ReadAllLines(PathOf("texts.txt")), Unescape));

    public static string[] Texts => _texts.Value;

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "MLNet", "golden", file);

    public static MLNetModel Load(string name) => MLNetModel.Load(PathOf(name + ".zip"));

    public static IEnumerable<(uint[] Scores, uint? Probability, string Label)> Answers(string name) =>
        File.ReadLines(PathOf(name + ".tsv")).Skip(1).Select(line => line.Split('\t')).Select(fields => (
            fields[0].Split(',').Select(Bits).ToArray(),
            fields[1] == "-" ? (uint?)null : Bits(fields[1]),
            fields[2]));

    private static uint Bits(string hex) => uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Unescape(string line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                text.Append(line[i]);
                continue;
            }
            text.Append((char)Bits(line.Substring(i + 2, 4)));
            i += 5;
        }
        return text.ToString();
    }
}
