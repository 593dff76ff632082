using System.Globalization;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>The command line.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = """
        --list                      names the targets
        --target NAME[,NAME]        fuzzes these; a star at the end stands for any rest
        --all                       fuzzes all
        --executions N              executions of each target (default 100000)
        --sequences N               executions of each stateful target (default: as --executions)
        --seconds N                 stops a target after so many seconds
        --seed S                    default 1
        --jobs N                    targets at the same time, each in a process of its own (default 1)
        --keep                      puts what was found into the corpus, without what adds nothing
        --gaps                      lists the types with branches not taken
        --no-coverage               runs the product as it is: no guidance, no report, faster
        --reproduce FILE            runs one input; its target is in its name, or given with --target
        """;

    public bool List { get; init; }

    public bool All { get; init; }

    public IReadOnlyList<string> Targets { get; init; } = [];

    public long Executions { get; init; } = 100_000;

    public long? Sequences { get; init; }

    public TimeSpan? TimeLimit { get; init; }

    public ulong Seed { get; init; } = 1;

    public int Jobs { get; init; } = 1;

    public bool Keep { get; init; }

    public bool Gaps { get; init; }

    public bool NoCoverage { get; init; }

    public string? Reproduce { get; init; }

    /// <exception cref="FormatException">An option is unknown, or has a value that is none.</exception>
    public static FuzzOptions Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            options = name switch
            {
                "--list" => options with { List = true },
                "--all" => options with { All = true },
                "--keep" => options with { Keep = true },
                "--gaps" => options with { Gaps = true },
                "--no-coverage" => options with { NoCoverage = true },
                _ when i + 1 == arguments.Length => throw new FormatException($"{name} is unknown, or needs a value"),
                _ => ParseValue(options, name, arguments[++i]),
            };
        }

        return options;
    }

    private static FuzzOptions ParseValue(FuzzOptions options, string name, string value) => name switch
    {
        "--target" => options with { Targets = value.Split(',') },
        "--executions" => options with { Executions = long.Parse(value, CultureInfo.InvariantCulture) },
        "--sequences" => options with { Sequences = long.Parse(value, CultureInfo.InvariantCulture) },
        "--seconds" => options with { TimeLimit = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) },
        "--seed" => options with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
        "--jobs" => options with { Jobs = Math.Max(1, int.Parse(value, CultureInfo.InvariantCulture)) },
        "--reproduce" => options with { Reproduce = value },
        _ => throw new FormatException($"{name} is unknown"),
    };
}
