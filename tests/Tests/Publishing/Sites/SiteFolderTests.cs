using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tunic.Publishing.Sites;
using Tunic.Tests.Publishing.Support;

namespace Tunic.Tests.Publishing.Sites;

/// <summary>What stays closed, whoever asks and however.</summary>
public sealed class SiteFolderTests
{
    private const string Secret = "the secret";
    private const int Looks = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/sub/../../secret")]
    [InlineData("/sub/../index.html")]
    [InlineData("/./index.html")]
    [InlineData("/%2e%2e/secret")]
    [InlineData("/%2E%2E/secret")]
    [InlineData("/.%2e/secret")]
    [InlineData("/sub/%2e%2e/index.html")]
    [InlineData("/..%2fsecret")]
    [InlineData("/..%2Fsecret")]
    [InlineData("/sub%2findex.html")]
    [InlineData("/%2f/secret")]
    [InlineData("/..\\secret")]
    [InlineData("/..%5csecret")]
    [InlineData("/sub\\index.html")]
    [InlineData("/%c0%ae%c0%ae/secret")]
    [InlineData("/%c0%af../secret")]
    [InlineData("/%252e%252e/secret")]
    [InlineData("/index.html%00.png")]
    [InlineData("/%00")]
    [InlineData("/%0d%0aindex.html")]
    [InlineData("//index.html")]
    [InlineData("//example.com")]
    [InlineData("/sub//index.html")]
    [InlineData("/index.html/")]
    [InlineData("/.hidden")]
    [InlineData("/.git/config")]
    [InlineData("/sub/.hidden")]
    [InlineData("/%2ehidden")]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/...")]
    public async Task A_trick_leads_nowhere(string target)
    {
        await using SiteBench site = await new SiteBench()
            .With("index.html").With("sub/index.html").With("example.com/index.html").With(".hidden", Secret).With(".git/config", Secret).With("sub/.hidden", Secret).StartAsync();
        await File.WriteAllTextAsync(site.Outside("secret"), Secret, Cancel);

        (HttpStatusCode status, string answer) = await site.AskAsync($"GET {target}");

        Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, answer);
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_followed_within_the_folder_and_not_out_of_it_or_to_what_is_hidden()
    {
        await using SiteBench site = new SiteBench().With("file").With("sub/file").With(".hidden/file", Secret);
        await File.WriteAllTextAsync(site.Outside("secret"), Secret, Cancel);
        Directory.CreateDirectory(site.Outside("site-beside"));
        await File.WriteAllTextAsync(site.Outside("site-beside/file"), Secret, Cancel);
        await site.WithLink("inside", "sub/file").WithLink("absolute", Path.Combine(site.Root, "file")).WithLink("folder", "sub")
            .WithLink("outside", site.Outside("secret")).WithLink("upwards", "../secret").WithLink("parent", "..").WithLink("beside", "../site-beside")
            .WithLink("hidden", ".hidden/file").WithLink("chain", "outside").WithLink("loop", "loop").WithLink("nowhere", "nothing").StartAsync();

        foreach (string open in new[] { "/inside", "/absolute", "/folder/file" })
        {
            Assert.Equal("content", await site.Visitor.GetStringAsync(open, Cancel));
        }

        foreach (string closed in new[]
        {
            "/outside", "/upwards", "/parent/secret", "/parent/site/file", "/parent", "/beside/file", "/beside", "/hidden", "/chain", "/loop", "/nowhere", "/file/nothing",
        })
        {
            (HttpStatusCode status, string answer) = await site.AskAsync($"GET {closed}");
            Assert.Equal((closed is "/parent/site/file" ? HttpStatusCode.OK : HttpStatusCode.NotFound, false), (status, answer.Contains(Secret, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_link_that_is_changed_while_it_is_asked_for_never_gives_out_what_lies_outside()
    {
        await using SiteBench site = new SiteBench().With("a/file");
        Directory.CreateDirectory(site.Outside("b"));
        await File.WriteAllTextAsync(site.Outside("b/file"), Secret, Cancel);
        SiteFolder folder = SiteFolder.Open(site.Root);
        string link = Path.Combine(site.Root, "link");
        using var stop = new CancellationTokenSource(OnionVisitor.Limit);
        Task changing = Task.Run(
            () =>
            {
                for (bool outside = false; !stop.IsCancellationRequested; outside = !outside)
                {
                    File.Delete(link);
                    File.CreateSymbolicLink(link, outside ? site.Outside("b") : "a");
                }
            },
            Cancel);

        for ((int opened, int closed) = (0, 0); opened < Looks || closed < Looks;)
        {
            stop.Token.ThrowIfCancellationRequested();
            if (folder.Open("/link/file", out FileStream? file) != LinuxFileKind.File)
            {
                closed++;
                continue;
            }

            using var reader = new StreamReader(file!);
            Assert.Equal("content", await reader.ReadToEndAsync(Cancel));
            opened++;
        }

        await stop.CancelAsync();
        await changing;
    }

    [Fact]
    public async Task What_is_no_ordinary_file_is_refused_at_once()
    {
        await using SiteBench site = await new SiteBench().With("file").WithLink("device", "/dev/zero").WithLink("self", "/proc/self/environ").StartAsync();
        using (Process make = Process.Start("mkfifo", Path.Combine(site.Root, "pipe")))
        {
            await make.WaitForExitAsync(Cancel);
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(site.Root, "socket")));
        File.SetUnixFileMode(Path.Combine(site.Root, "file"), UnixFileMode.None);

        foreach (string name in new[] { "/pipe", "/socket", "/device", "/self" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await site.AskAsync($"GET {name}")).Status);
        }

        Assert.Equal(Environment.IsPrivilegedProcess ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await site.AskAsync("GET /file")).Status);
    }

    [Fact]
    public async Task A_folder_that_is_reached_through_a_link_is_served()
    {
        await using SiteBench site = new SiteBench().With("file");
        string link = site.Outside("link");
        File.CreateSymbolicLink(link, "site");

        Assert.Equal(LinuxFileKind.File, SiteFolder.Open(link).Open("/file", out FileStream? file));
        await file!.DisposeAsync();
        Assert.Equal(LinuxFileKind.Directory, SiteFolder.Open("/").Open("/etc", out _));
    }
}
