using Tunic.Node.Processes;
using Tunic.Node.Publish;

namespace Tunic.Tests.Node.Publish;

/// <summary>What `tunic publish` makes of its arguments.</summary>
public sealed class SiteSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_folder_has_the_name_of_its_last_part_and_a_server_that_of_its_address()
    {
        string folder = Directory.CreateDirectory(_directory["my site!"]).FullName;

        var site = SiteSource.Parse(folder + "/");
        Assert.Equal(("my-site", folder, true, false), (site.Name, site.Target, site.Folder is not null, site.IsNamed));
        var server = SiteSource.Parse("http://127.0.0.1:3000");
        Assert.Equal(("127-0-0-1-3000", true), (server.Name, server.IsHttp));
        Assert.False(SiteSource.Parse("tcp://127.0.0.1:22").IsHttp);
    }

    [Fact]
    public void A_name_may_stand_before_it_and_a_folder_whose_name_looks_so_is_still_one()
    {
        string folder = Directory.CreateDirectory(_directory["a=b"]).FullName;

        Assert.Equal(("blog", true), SiteSource.Parse($"blog={folder}") is var named ? (named.Name, named.IsNamed) : default);
        Assert.Equal(("a-b", false), SiteSource.Parse(folder) is var plain ? (plain.Name, plain.IsNamed) : default);
    }

    [Theory]
    [InlineData("missing/folder", "There is no folder missing/folder.")]
    [InlineData("https://127.0.0.1", "give the server's http:// port")]
    [InlineData("blog=", "Write http://127.0.0.1:3000")]
    [InlineData("tcp://127.0.0.1", "Write http://127.0.0.1:3000")]
    [InlineData("unix:relative", "unix:")]
    public void What_cannot_be_published_is_refused_with_what_to_write(string text, string sentence)
    {
        CommandException failure = Assert.Throws<CommandException>(() => SiteSource.Parse(text));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        File.WriteAllText(_directory["page.html"], "");

        Assert.Contains("is a file", Assert.Throws<CommandException>(() => SiteSource.Parse(_directory["page.html"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
