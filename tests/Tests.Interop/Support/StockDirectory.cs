using System.Net;

namespace Tunic.Tests.Interop.Support;

/// <summary>Reads documents from the plain HTTP directory port of an authority or cache, byte for byte.</summary>
public sealed class StockDirectory(Uri address)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Documents that an authority serves, by the name under which <see cref="CaptureAsync"/> stores them.</summary>
    private static readonly (string FileName, string Path)[] Documents =
    [
        ("consensus", "tor/status-vote/current/consensus"),
        ("consensus-microdesc", "tor/status-vote/current/consensus-microdesc"),
        ("vote", "tor/status-vote/current/authority"),
        ("descriptors", "tor/server/all"),
        ("extra-info", "tor/extra/all"),
        ("certificates", "tor/keys/all"),
    ];

    /// <summary>The body of a document; null when the answer is not 200 or there is none yet.</summary>
    public async Task<byte[]?> TryGetAsync(string path)
    {
        try
        {
            using HttpResponseMessage response = await Http.GetAsync(new Uri(address, path));
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task<string?> TryGetTextAsync(string path) => await TryGetAsync(path) is { } body ? System.Text.Encoding.UTF8.GetString(body) : null;

    /// <summary>Sends a document as relays do: a descriptor to "tor/". Returns the status code and the reason.</summary>
    public async Task<(int Status, string Reason)> PostAsync(string path, byte[] body)
    {
        using HttpResponseMessage response = await Http.PostAsync(new Uri(address, path), new ByteArrayContent(body));
        return ((int)response.StatusCode, response.ReasonPhrase ?? "");
    }

    /// <summary>Fingerprints (hexadecimal, upper case) of the relays that the current consensus calls Running; empty without a consensus.</summary>
    public async Task<IReadOnlySet<string>> GetRunningRelaysAsync() =>
        (await GetFlagsAsync()).Where(relay => relay.Value.Contains("Running")).Select(relay => relay.Key).ToHashSet();

    /// <summary>Flags by fingerprint in the current consensus.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> GetFlagsAsync()
    {
        var flags = new Dictionary<string, IReadOnlyList<string>>();
        string fingerprint = "";
        foreach (string line in (await TryGetTextAsync("tor/status-vote/current/consensus") ?? "").Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words[0] == "r")
            {
                fingerprint = Convert.ToHexString(Convert.FromBase64String(words[2] + "="));
            }
            else if (words[0] == "s")
            {
                flags[fingerprint] = words[1..];
            }
        }

        return flags;
    }

    /// <summary>Stores what the authority serves now, with the microdescriptors of its consensus, as files for a decoder to read.</summary>
    public async Task CaptureAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach ((string fileName, string path) in Documents)
        {
            byte[] body = await TryGetAsync(path) ?? throw new InvalidOperationException($"{address}{path} is not served");
            await File.WriteAllBytesAsync(Path.Combine(directory, fileName), body);
        }

        string consensus = await File.ReadAllTextAsync(Path.Combine(directory, "consensus-microdesc"));
        string digests = string.Join('-', consensus.Split('\n').Where(line => line.StartsWith("m ", StringComparison.Ordinal)).Select(line => line[2..]));
        byte[] microdescriptors = await TryGetAsync($"tor/micro/d/{digests}") ?? throw new InvalidOperationException("no microdescriptors are served");
        await File.WriteAllBytesAsync(Path.Combine(directory, "microdescriptors"), microdescriptors);
    }
}
