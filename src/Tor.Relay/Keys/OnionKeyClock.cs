using System.Globalization;
using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Relay.Keys;

/// <summary>Remembers when the onion keys were made: the line "LastRotatedOnionKey" of stock tor's state file. Other lines stay as they are.</summary>
internal sealed class OnionKeyClock(IStateStore store)
{
    private const string StateFileName = "state";
    private const string Keyword = "LastRotatedOnionKey";
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    /// <summary>The time, UTC; null when it is not known or lies in the future, which no rotation would ever reach.</summary>
    public async Task<DateTime?> ReadAsync(DateTime now, CancellationToken cancel)
    {
        foreach (string line in LinesOf(await ReadStateAsync(cancel)))
        {
            if (IsOurs(line)
                && DateTime.TryParseExact(
                    line[Keyword.Length..].Trim(),
                    TimeFormat,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out DateTime time))
            {
                return time <= now ? time : null;
            }
        }

        return null;
    }

    public async Task WriteAsync(DateTime time, CancellationToken cancel)
    {
        string ours = $"{Keyword} {time.ToString(TimeFormat, CultureInfo.InvariantCulture)}";
        try
        {
            await store.ChangeAsync(
                StateFileName,
                before => Encoding.UTF8.GetBytes(string.Concat(LinesOf(before).Where(line => !IsOurs(line)).Append(ours).Select(line => line + "\n"))),
                cancel);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The file {StateFileName} cannot be written: {failure.Message}", failure);
        }
    }

    private static bool IsOurs(string line) => line.StartsWith(Keyword + " ", StringComparison.Ordinal);

    private string[] LinesOf(byte[]? state) =>
        state is null ? []
        : StateFile.TryRead(state, out _, out string? fault) ? Encoding.UTF8.GetString(state).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        : throw new CorruptStateException(store.Describe(StateFileName), fault!, CorruptStateException.Restore);

    private async Task<byte[]?> ReadStateAsync(CancellationToken cancel)
    {
        try
        {
            return await store.ReadAsync(StateFileName, cancel);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The file {StateFileName} cannot be read: {failure.Message}", failure);
        }
    }
}
