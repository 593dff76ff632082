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
        foreach (string line in await ReadLinesAsync(cancel))
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
        List<string> lines = [.. await ReadLinesAsync(cancel)];
        lines.RemoveAll(IsOurs);
        lines.Add($"{Keyword} {time.ToString(TimeFormat, CultureInfo.InvariantCulture)}");
        try
        {
            await store.WriteAsync(StateFileName, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), cancel);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The file {StateFileName} cannot be written: {failure.Message}", failure);
        }
    }

    private static bool IsOurs(string line) => line.StartsWith(Keyword + " ", StringComparison.Ordinal);

    private async Task<string[]> ReadLinesAsync(CancellationToken cancel)
    {
        try
        {
            byte[]? content = await store.ReadAsync(StateFileName, cancel);
            if (content is null)
            {
                return [];
            }

            return StateFile.TryRead(content, out _, out string? fault)
                ? Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : throw new CorruptStateException(store.Describe(StateFileName), fault!, CorruptStateException.Restore);
        }
        catch (IOException failure)
        {
            throw new KeyFileException($"The file {StateFileName} cannot be read: {failure.Message}", failure);
        }
    }
}
