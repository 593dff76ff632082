using System.Globalization;
using System.Security.Cryptography;

namespace Tunic.Tests.Interop.Support;

/// <summary>Runs curl through a SOCKS or HTTP proxy on 127.0.0.1.</summary>
public sealed class Curl
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private readonly string[] _proxy;

    private Curl(params string[] proxy) => _proxy = proxy;

    /// <summary>For one transfer.</summary>
    public TimeSpan Limit { get; init; } = DefaultLimit;

    /// <summary>Names are resolved by the proxy.</summary>
    public static Curl ThroughSocks5(int port, string? user = null, string password = "", TimeSpan? limit = null) => new(
        ["--socks5-hostname", Address(port), .. user is null ? Array.Empty<string>() : ["--proxy-user", $"{user}:{password}"]])
    {
        Limit = limit ?? DefaultLimit,
    };

    public static Curl ThroughSocks4a(int port) => new("--socks4a", Address(port));

    /// <param name="port">Of the proxy.</param>
    /// <param name="tunnel">CONNECT for every target, else absolute-form requests for http.</param>
    public static Curl ThroughHttp(int port, bool tunnel) => new(["--proxy", $"http://{Address(port)}", .. tunnel ? new[] { "--proxytunnel" } : []]);

    /// <summary>Fetches a page and returns what curl made of it; never throws for a failed transfer.</summary>
    public async Task<CurlResult> GetAsync(string url, params string[] arguments)
    {
        string body = Path.GetTempFileName();
        try
        {
            string[] all =
            [
                "--silent", "--show-error", "--noproxy", "", .. _proxy, "--max-time", Seconds(Limit), "--output", body,
                "--write-out", "%{exitcode} %{http_code} %{time_starttransfer} %{time_total} %{errormsg}", .. arguments, url,
            ];
            await using PeerProcess process = PeerProcess.Start("curl", all);
            await process.WaitForExitAsync(Limit + TimeSpan.FromSeconds(5));
            string report = process.Lines.LastOrDefault(line => line.Length > 0 && char.IsAsciiDigit(line[0])) ?? ""; // not what it says on its standard error
            string[] words = report.Split(' ', 5);
            return new CurlResult(
                process.ExitCode,
                words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0,
                await File.ReadAllBytesAsync(body),
                Time(words, 2),
                Time(words, 3),
                string.Join('\n', process.Lines));
        }
        finally
        {
            File.Delete(body);
        }
    }

    /// <summary>Posts a body and returns the answer.</summary>
    public async Task<CurlResult> PostAsync(string url, byte[] body, params string[] arguments)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, body);
            return await GetAsync(url, ["--data-binary", $"@{file}", "--header", "Expect:", .. arguments]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static TimeSpan Time(string[] words, int index) =>
        words.Length > index ? TimeSpan.FromSeconds(double.Parse(words[index], CultureInfo.InvariantCulture)) : TimeSpan.Zero;
}

/// <summary>What a transfer came to.</summary>
/// <param name="ExitCode">curl's; 0 is success, 97 a proxy handshake that failed, 28 a time limit.</param>
/// <param name="HttpStatus">0 when no answer came.</param>
/// <param name="Body">Empty when no answer came.</param>
/// <param name="FirstByte">From start to the first byte of the answer.</param>
/// <param name="Total">From start to end.</param>
/// <param name="Output">curl's own words, for the message of an assertion.</param>
public sealed record CurlResult(int ExitCode, int HttpStatus, byte[] Body, TimeSpan FirstByte, TimeSpan Total, string Output)
{
    public string Sha256 => Convert.ToHexString(SHA256.HashData(Body));
}
