using System.Reflection;
using System.Xml.Linq;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Repository;

/// <summary>Keeps ARCHITECTURE.md and the code saying the same.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Projects_reference_exactly_what_the_table_in_ARCHITECTURE_md_says()
    {
        Dictionary<string, string> written = ReadTable();
        Dictionary<string, string> real = Directory.GetFiles(RepositoryFiles.Path("src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), References);

        Assert.Equal(real.OrderBy(project => project.Key, StringComparer.Ordinal), written.OrderBy(project => project.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(typeof(ByteReader))]
    [InlineData(typeof(StreamException))]
    public void The_core_knows_no_sockets_and_no_tls(Type type)
    {
        IEnumerable<string?> references = type.Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name);

        Assert.Empty(references.Intersect(["System.Net.Sockets", "System.Net.Security", "System.Net.Http", "System.IO.Pipes", "Microsoft.Extensions.Logging.Abstractions"]));
    }

    [Fact]
    public void Client_and_relay_do_not_know_each_other()
    {
        Assert.DoesNotContain("Tunic.Tor.Relay", ReferencesOf("Tunic.Tor.Client"));
        Assert.DoesNotContain("Tunic.Tor.Client", ReferencesOf("Tunic.Tor.Relay"));
    }

    [Fact]
    public void No_source_file_is_longer_than_600_lines()
    {
        IEnumerable<string> tooLong = Directory.GetFiles(RepositoryFiles.Path("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Count() > 600)
            .Select(file => Path.GetRelativePath(RepositoryFiles.Root, file));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_solution_names_every_project()
    {
        IEnumerable<string> listed = XDocument.Load(RepositoryFiles.Path("Tunic.slnx")).Descendants("Project").Select(project => (string)project.Attribute("Path")!);
        IEnumerable<string> real = new[] { "src", "tests" }
            .SelectMany(folder => Directory.GetFiles(RepositoryFiles.Path(folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(RepositoryFiles.Root, file));

        Assert.Equal(real.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, string> ReadTable() => File.ReadLines(RepositoryFiles.Path("ARCHITECTURE.md"))
        .SkipWhile(line => !line.StartsWith("| project | references |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1], cells => Sorted(cells[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));

    private static string References(string projectFile) => Sorted(XDocument.Load(projectFile).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)));

    private static string Sorted(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    private static IEnumerable<string?> ReferencesOf(string assembly) => Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name);
}
