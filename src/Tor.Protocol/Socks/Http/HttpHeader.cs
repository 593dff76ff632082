namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>One header line, one character for each byte.</summary>
internal readonly record struct HttpHeader(string Name, string Value)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
