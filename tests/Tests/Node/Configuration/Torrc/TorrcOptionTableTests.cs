using Tunic.Node.Configuration.Torrc;
using Tunic.Tests.Repository;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcOptionTableTests
{
    [Fact]
    public void Every_default_is_a_value_of_its_type() =>
        Assert.All(TorrcOptionTable.All.Where(option => !string.IsNullOrEmpty(option.Default)), option => Assert.Null(TorrcValue.FindFault(option.Type, option.Default!)));

    [Fact]
    public void Every_refused_option_says_why() =>
        Assert.All(TorrcOptionTable.All.Where(option => option.Support == TorrcOptionSupport.Refused), option => Assert.EndsWith(".", option.RefusalReason, StringComparison.Ordinal));

    [Fact]
    public void Docs_options_md_shows_the_table_that_the_code_has()
    {
        IEnumerable<string> documented = File.ReadLines(RepositoryFiles.Path("docs/options.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1);

        Assert.Equal(TorrcOptionTable.All.Select(Row), documented);
    }

    private static string Row(TorrcOption option)
    {
        string value = option.Default switch
        {
            null => "",
            "" => "(empty)",
            _ => $"`{option.Default}`",
        };
        string support = option.Support.ToString().ToLowerInvariant();
        return $"| {option.Name} | {option.Type} | {value} | {support}{(option.RefusalReason is null ? "" : $": {option.RefusalReason}")} |";
    }
}
