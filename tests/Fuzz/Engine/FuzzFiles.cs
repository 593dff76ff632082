using System.Security.Cryptography;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>Where inputs lie: the corpus in the sources, failures among the build's results.</summary>
internal static class FuzzFiles
{
    /// <summary>Top of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Inputs that are kept, a folder for each target.</summary>
    public static string Corpus { get; } = Path.Combine(Root, "tests", "Fuzz", "Corpus");

    /// <summary>Inputs on which a target failed.</summary>
    public static string Failures { get; } = Path.Combine(Root, "artifacts", "fuzz");

    /// <summary>Documents that were captured from stock tor, for the unit tests.</summary>
    public static string Vectors { get; } = Path.Combine(Root, "tests", "Tests", "Vectors");

    /// <summary>Inputs kept for a target, in a fixed order.</summary>
    public static IEnumerable<byte[]> ReadCorpus(string target)
    {
        string folder = Path.Combine(Corpus, target);
        return Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    }

    /// <summary>Replaces the inputs kept for a target.</summary>
    public static void WriteCorpus(string target, IEnumerable<byte[]> inputs)
    {
        string folder = Path.Combine(Corpus, target);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (byte[] input in inputs)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, NameOf(input)), input);
        }
    }

    /// <summary>Saves an input; the target is in the name.</summary>
    public static string SaveFailure(string target, ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(Failures);
        string path = Path.Combine(Failures, $"{target}-{NameOf(input)}");
        File.WriteAllBytes(path, input);
        return path;
    }

    /// <summary>What to type.</summary>
    public static string ReproduceCommand(string path) =>
        $"dotnet run -c Release --project tests/Fuzz -- --reproduce {Path.GetRelativePath(Root, path)}";

    /// <summary>The target of a saved input.</summary>
    public static string TargetOf(string path)
    {
        string name = Path.GetFileName(path);
        int end = name.LastIndexOf('-');
        return end < 0 ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))!) : name[..end];
    }

    private static string NameOf(ReadOnlySpan<byte> input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 6));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Tunic.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("not inside the repository");
    }
}
