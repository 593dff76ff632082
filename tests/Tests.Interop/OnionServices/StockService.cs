using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>A stock onion service in front of a web server.</summary>
internal sealed class StockService : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly string _directory;

    private StockService(StockTorNode node, string directory, LoopbackHttpServer server)
    {
        Node = node;
        _directory = directory;
        Server = server;
    }

    public StockTorNode Node { get; }

    public LoopbackHttpServer Server { get; }

    /// <summary>56 characters and ".onion".</summary>
    public string Address { get; private set; } = "";

    /// <summary>The web server answers to no other name.</summary>
    public string[] Host => ["--header", $"Host: {new Uri(Server.Url("/")).Authority}"];

    /// <summary>Starts a service; returns once directories have both of its descriptors.</summary>
    /// <param name="network">Where.</param>
    /// <param name="authorizedClients">Contents of files in authorized_clients; with any, nobody else gets in.</param>
    public static async Task<StockService> StartAsync(StockTorNetwork network, params string[] authorizedClients)
    {
        string directory = Directory.CreateDirectory(Path.Combine(network.DirectoryPath, $"service{Guid.NewGuid():N}")).FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (authorizedClients.Length > 0)
        {
            string clients = Directory.CreateDirectory(Path.Combine(directory, "authorized_clients")).FullName;
            File.SetUnixFileMode(clients, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            for (int client = 0; client < authorizedClients.Length; client++)
            {
                await File.WriteAllTextAsync(Path.Combine(clients, $"client{client}.auth"), authorizedClients[client] + "\n");
            }
        }

        LoopbackHttpServer server = LoopbackHttpServer.Start();
        StockTorNode node = network.Add(
            StockTorRole.Client,
            $"HiddenServiceDir {directory}",
            string.Create(CultureInfo.InvariantCulture, $"HiddenServicePort 80 127.0.0.1:{server.Port}"));
        var service = new StockService(node, directory, server);
        await service.WaitUntilPublishedAsync();
        return service;
    }

    /// <summary>Kills the process and starts it on the same directory.</summary>
    public async Task RestartAsync()
    {
        await Node.RestartAsync();
        await WaitUntilPublishedAsync();
    }

    public string Url(string path) => $"http://{Address}{path}";

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Directories have both descriptors, and the upload to none is still on its way.</summary>
    private async Task WaitUntilPublishedAsync()
    {
        await using TorControl control = await Node.ControlAsync();
        await control.SendAsync("SETEVENTS HS_DESC");
        await Node.WaitForBootstrapAsync(Limit);
        HashSet<string> descriptors = [];
        int pending = 0;
        await control.WaitForEventAsync(line =>
        {
            string[] words = line.Split(' ');
            if (words[1] == "UPLOAD")
            {
                descriptors.Add(words[5]);
                pending++;
            }
            else if (words[1] == "UPLOADED")
            {
                pending--;
            }

            return descriptors.Count == 2 && pending == 0;
        });
        Address = (await File.ReadAllTextAsync(Path.Combine(_directory, "hostname"))).Trim();
    }
}
