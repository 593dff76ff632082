using System.Runtime.InteropServices;

namespace Tunic.Node;

/// <summary>What the program calls itself. Programs that start tor read the version, stem among them, so its shape is fixed.</summary>
internal static class ProgramVersion
{
    /// <summary>The version of stock tor that this program behaves like.</summary>
    internal const string Tor = "0.4.9.11";

    /// <summary>Ours: major.minor.patch.</summary>
    internal static string Own { get; } = typeof(ProgramVersion).Assembly.GetName().Version!.ToString(3);

    /// <summary>"0.4.9.11 (Tunic-0.1.0)": no blank inside the parentheses.</summary>
    internal static string Full { get; } = $"{Tor} (Tunic-{Own})";

    internal static string Platform { get; } = $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
}
