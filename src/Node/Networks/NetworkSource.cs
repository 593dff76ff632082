using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory.Profiles;

namespace Tunic.Node.Networks;

/// <summary>Where a network file comes from, as typed after --join: FILE or URL, with #FINGERPRINT behind it.</summary>
/// <param name="Location">Path, or an http or https address.</param>
/// <param name="Fingerprint">The key that must have signed it; null when none was given.</param>
internal sealed record NetworkSource(string Location, Ed25519Identity? Fingerprint)
{
    private const int MaxRedirections = 5;

    /// <summary>How long a file may take to come over the network.</summary>
    internal TimeSpan FetchLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The file comes over the network, from somebody who may not be who he seems.</summary>
    internal bool IsRemote =>
        Location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || Location.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="CommandException">What follows '#' is no fingerprint.</exception>
    internal static NetworkSource Parse(string text)
    {
        int mark = text.LastIndexOf('#');
        if (mark < 0)
        {
            return new NetworkSource(text, null);
        }

        return Ed25519Identity.TryParseHex(text.AsSpan(mark + 1), out Ed25519Identity key)
            ? new NetworkSource(text[..mark], key)
            : throw new CommandException(
                ErrorKind.Configuration, $"'{text[(mark + 1)..]}' is no network fingerprint: it has {2 * Ed25519Identity.Length} hexadecimal digits.");
    }

    /// <exception cref="CommandException">It cannot be read or fetched.</exception>
    internal async Task<byte[]> ReadAsync(CancellationToken cancel)
    {
        try
        {
            if (!IsRemote)
            {
                return new FileInfo(Location) is { Exists: true, Length: > NetworkFileCodec.MaxLength }
                    ? throw new CommandException(ErrorKind.Configuration, $"{Location} is too long to be a network file.")
                    : await File.ReadAllBytesAsync(Location, cancel);
            }

            if (!Uri.TryCreate(Location, UriKind.Absolute, out Uri? address))
            {
                throw new CommandException(ErrorKind.Configuration, $"{Location} is no address of a network file.");
            }

            using var client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirections }) { Timeout = FetchLimit, MaxResponseContentBufferSize = NetworkFileCodec.MaxLength };
            return await client.GetByteArrayAsync(address, cancel);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or UnauthorizedAccessException
            || (failure is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            throw new CommandException(ErrorKind.RemoteUnreachable, $"The network file {Location} cannot be read: {failure.Message}", failure);
        }
    }
}
