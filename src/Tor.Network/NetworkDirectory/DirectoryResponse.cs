namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>A directory's answer.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Reason">The words after it, in which authorities say why they refuse.</param>
/// <param name="Date">The directory's clock, UTC; null when it said none.</param>
/// <param name="YourAddress">Our address as the directory sees it (X-Your-Address-Is); null when it said none.</param>
/// <param name="Body">Decompressed.</param>
public sealed record DirectoryResponse(int Status, string Reason, DateTime? Date, string? YourAddress, ReadOnlyMemory<byte> Body)
{
    /// <summary>True for status 200.</summary>
    public bool IsSuccess => Status == 200;
}
