using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace StreamEngine.Cli;

/// <summary>Options that hold a number: what does not fit is told with the option, what it must be and what was given.</summary>
internal static class NumberOption
{
    /// <summary>An option that has a value without being given.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="unless">Its value where it is not given.</param>
    /// <param name="fits">Whether a number will do.</param>
    /// <param name="must">What it must be: "a whole number from 1 to 10".</param>
    public static Option<T> Of<T>(string name, string description, T unless, Func<T, bool> fits, string must)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => unless,
            CustomParser = result => Parse(result, name, fits, must) ?? unless,
        };

    /// <summary>An option that may be missing.</summary>
    public static Option<T?> Maybe<T>(string name, string description, Func<T, bool> fits, string must)
        where T : struct, INumber<T> => new(name) { Description = description, HelpName = "N", CustomParser = result => Parse(result, name, fits, must) };

    private static T? Parse<T>(ArgumentResult result, string name, Func<T, bool> fits, string must)
        where T : struct, INumber<T>
    {
        // Numbers are written with a point, and 1,5 is not 15.
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number) && fits(number))
        {
            return number;
        }

        result.AddError($"{name} must be {must}, not '{text}'.");
        return null;
    }
}
