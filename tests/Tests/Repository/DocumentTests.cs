using System.Text.RegularExpressions;

namespace Tunic.Tests.Repository;

/// <summary>Keeps the pages of the repository in order.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Decisions_are_numbered_without_a_gap_and_say_their_state()
    {
        string[] files = [.. Directory.GetFiles(RepositoryFiles.Path("docs/decisions")).Order(StringComparer.Ordinal)];

        Assert.NotEmpty(files);
        Assert.All(files.Index(), decision =>
        {
            string name = Path.GetFileName(decision.Item);
            string[] lines = File.ReadAllLines(decision.Item);
            Assert.Matches($"^{decision.Index + 1:0000}-[a-z0-9-]+\\.md$", name);
            Assert.StartsWith($"# {decision.Index + 1:0000}. ", lines[0], StringComparison.Ordinal);
            Assert.Matches("^Status: (proposed|accepted|replaced by [0-9]{4})$", lines[2]);
        });
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Links_between_pages_lead_somewhere(string page)
    {
        string text = File.ReadAllText(RepositoryFiles.Path(page));
        IEnumerable<string> targets = Link().Matches(text).Select(match => match.Groups[1].Value).Where(target => !target.StartsWith("http", StringComparison.Ordinal));

        Assert.All(targets, target => Assert.True(Path.Exists(RepositoryFiles.Path(target)), $"{page} links to {target}"));
    }

    [Theory]
    [InlineData("build")]
    [InlineData("run")]
    [InlineData("test")]
    [InlineData(".ci/run")]
    public void Commands_can_be_executed_and_stop_at_the_first_error(string command)
    {
        string path = RepositoryFiles.Path(command);

        Assert.Contains("\nset -euo pipefail\n", File.ReadAllText(path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), $"{command} is not executable");
        }
    }

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
