using System.Globalization;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>Onion services of ours in a network of stock tor, visited by a stock client.</summary>
public sealed class ServiceTests(SharedStockNetwork shared)
{
    private const int PageLength = 1 << 20;
    private const int Visitors = 8;

    /// <summary>One try, of several within the limit of a test.</summary>
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stock_client_visits_our_service_which_keeps_its_address_when_it_is_started_again()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        await using ServiceProcess service = await ServiceProcess.StartAsync(network, server.Port);
        string address = service.Address;
        Assert.True(OnionAddress.TryParse(address, out _));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(service.ServiceDirectory));

        await FetchAsync(network.Clients[0], address, server);
        await PostAsync(network.Clients[0], address, server);
        await Task.WhenAll(Enumerable.Range(1, Visitors).Select(visitor => FetchAsync(network.Clients[0], address, server, $"visitor{visitor}")));

        await service.StopAsync();
        await service.StartAsync();

        Assert.Equal(address, service.Address);
        await FetchAsync(await AddClientAsync(network), address, server);
    }

    [Fact]
    public async Task A_directory_of_ours_is_taken_over_by_stock_and_taken_back()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        using var directory = new TestDirectory("hidden-service");
        string path = Path.Combine(directory.FullPath, "service");
        string address;
        await using (ServiceProcess ours = await ServiceProcess.StartAsync(network, server.Port, path))
        {
            address = ours.Address;
        }

        StockTorNode stock = network.Add(
            StockTorRole.Client, $"HiddenServiceDir {path}", string.Create(CultureInfo.InvariantCulture, $"HiddenServicePort 80 127.0.0.1:{server.Port}"));
        await WaitUntilPublishedAsync(stock, directories: network.Authorities.Count + network.Relays.Count + network.Exits.Count);
        Assert.Equal(address, (await File.ReadAllTextAsync(Path.Combine(path, "hostname"), TestContext.Current.CancellationToken)).Trim());
        await FetchAsync(network.Clients[0], address, server, "stock");
        await stock.Process.StopAsync();

        await using ServiceProcess again = await ServiceProcess.StartAsync(network, server.Port, path);
        Assert.Equal(address, again.Address);
        await FetchAsync(await AddClientAsync(network), address, server);
    }

    [Fact]
    public async Task A_directory_that_stock_has_made_is_taken_over()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        using var directory = new TestDirectory("hidden-service");
        string path = Path.Combine(directory.FullPath, "service");
        StockTorNode stock = network.Add(StockTorRole.Client, $"HiddenServiceDir {path}", "HiddenServicePort 80");
        await Deadline.UntilAsync("stock has made the directory", ServiceProcess.Limit, () => Task.FromResult(File.Exists(Path.Combine(path, "hostname"))));
        await stock.Process.StopAsync();
        string address = (await File.ReadAllTextAsync(Path.Combine(path, "hostname"), TestContext.Current.CancellationToken)).Trim();

        await using ServiceProcess ours = await ServiceProcess.StartAsync(network, server.Port, path);

        Assert.Equal(address, ours.Address);
        await FetchAsync(network.Clients[0], address, server, "taken over");
    }

    [Fact]
    public async Task Only_authorized_clients_can_visit()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        using var directory = new TestDirectory("hidden-service");
        string path = directory.Make("service");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        string clients = Directory.CreateDirectory(Path.Combine(path, "authorized_clients")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(clients, "friend.auth"), ClientAuthorizationText.FormatPublicKey(key.PublicKey.Span) + "\n", TestContext.Current.CancellationToken);
        await using ServiceProcess service = await ServiceProcess.StartAsync(network, server.Port, path);
        Assert.True(OnionAddress.TryParse(service.Address, out OnionAddress address));

        string keys = directory.Make("keys");
        await File.WriteAllTextAsync(
            Path.Combine(keys, "service.auth_private"), ClientAuthorizationText.FormatPrivateKey(address, key) + "\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        StockTorNode friend = await AddClientAsync(network, $"ClientOnionAuthDir {keys}");

        await FetchAsync(friend, service.Address, server);
        CurlResult refused = await Curl.ThroughSocks5(network.Clients[0].SocksPort, "stranger").GetAsync($"http://{service.Address}/bytes/10", HostLine(server));
        Assert.True(refused.HttpStatus == 0, refused.Output);
        Assert.NotEqual(0, refused.ExitCode);
    }

    [Fact]
    public async Task A_port_that_is_not_there_and_a_target_that_is_not_there_are_refused_and_the_service_goes_on()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            network, server.Port, null, string.Create(CultureInfo.InvariantCulture, $"HiddenServicePort 81 127.0.0.1:{LoopbackPorts.Take()}"));
        await FetchAsync(network.Clients[0], service.Address, server);

        Curl curl = Curl.ThroughSocks5(network.Clients[0].SocksPort, "ports");
        Assert.Equal(0, (await curl.GetAsync($"http://{service.Address}:82/", HostLine(server))).HttpStatus);
        Assert.Equal(0, (await curl.GetAsync($"http://{service.Address}:81/", HostLine(server))).HttpStatus);

        await FetchAsync(network.Clients[0], service.Address, server, "ports");
    }

    /// <summary>
    /// A client that has never been there. One that has would go to the introduction points of the program before, whose circuits stock relays
    /// close only seconds later: it may be told there that the introduction went through, and then waits for a minute for nobody.
    /// </summary>
    private static async Task<StockTorNode> AddClientAsync(StockTorNetwork network, params string[] lines)
    {
        StockTorNode client = network.Add(StockTorRole.Client, lines);
        await client.WaitForBootstrapAsync(ServiceProcess.Limit);
        return client;
    }

    private static string[] HostLine(LoopbackHttpServer server) => ["--header", $"Host: {new Uri(server.Url("/")).Authority}"]; // the server answers to no other name

    /// <summary>A stock client that came too early, or at the change of a period, is told so at once: it asks again.</summary>
    private static async Task FetchAsync(StockTorNode client, string address, LoopbackHttpServer server, string? visitor = null)
    {
        Curl curl = Curl.ThroughSocks5(client.SocksPort, visitor, limit: AttemptLimit);
        CurlResult? page = null;
        await Deadline.UntilAsync("the page", ServiceProcess.Limit, async () =>
        {
            page = await curl.GetAsync(string.Create(CultureInfo.InvariantCulture, $"http://{address}/bytes/{PageLength}"), HostLine(server));
            return page.HttpStatus == 200;
        });
        Assert.Equal(LoopbackHttpServer.Content(PageLength), page!.Body);
    }

    /// <summary>All directories have it: until then a client may be given what the program before has left there, whose introduction points are gone.</summary>
    private static async Task WaitUntilPublishedAsync(StockTorNode service, int directories)
    {
        await using TorControl events = await service.ControlAsync();
        await events.SendAsync("SETEVENTS HS_DESC");
        var uploaded = new HashSet<string>();
        while (uploaded.Count < directories)
        {
            string line = await events.WaitForEventAsync(line => line.StartsWith("HS_DESC UPLOADED ", StringComparison.Ordinal));
            uploaded.Add(line.Split(' ')[4]);
        }
    }

    private static async Task PostAsync(StockTorNode client, string address, LoopbackHttpServer server)
    {
        byte[] content = LoopbackHttpServer.Content(PageLength);
        CurlResult posted = await Curl.ThroughSocks5(client.SocksPort, limit: ServiceProcess.Limit).PostAsync($"http://{address}/echo", content, HostLine(server));
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
    }
}
