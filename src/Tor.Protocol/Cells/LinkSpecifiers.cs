using System.Collections;
using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>All link specifiers of one relay, in the order received, unknown ones included (tor-spec, "EXTEND and EXTENDED cells").</summary>
public sealed class LinkSpecifiers : IReadOnlyList<LinkSpecifier>
{
    private readonly LinkSpecifier[] _items;

    /// <summary>Keeps the order given.</summary>
    /// <exception cref="ArgumentException">More than 255.</exception>
    public LinkSpecifiers(params ReadOnlySpan<LinkSpecifier> items)
    {
        if (items.Length > byte.MaxValue)
        {
            throw new ArgumentException($"at most {byte.MaxValue} link specifiers, not {items.Length}", nameof(items));
        }

        _items = items.ToArray();
    }

    /// <summary>Number of specifiers.</summary>
    public int Count => _items.Length;

    /// <summary>Bytes on the wire, with the count.</summary>
    public int EncodedLength => 1 + _items.Sum(item => item.EncodedLength);

    /// <summary>The first IPv4 address and port; later ones are ignored. Null without one.</summary>
    public IPEndPoint? IPv4 => First(LinkSpecifierType.IPv4)?.EndPoint;

    /// <summary>The first IPv6 address and port; later ones are ignored. Null without one.</summary>
    public IPEndPoint? IPv6 => First(LinkSpecifierType.IPv6)?.EndPoint;

    /// <summary>The first RSA identity, null without one.</summary>
    public RsaIdentity? RsaIdentity => First(LinkSpecifierType.RsaIdentity)?.RsaIdentity;

    /// <summary>The first Ed25519 identity, null without one.</summary>
    public Ed25519Identity? Ed25519Identity => First(LinkSpecifierType.Ed25519Identity)?.Ed25519Identity;

    /// <summary>The specifier at a place in the list.</summary>
    public LinkSpecifier this[int index] => _items[index];

    /// <summary>The list that clients send for a relay, in the one order that makes them all look alike: IPv4, RSA identity,
    /// Ed25519 identity, IPv6.</summary>
    public static LinkSpecifiers For(IPEndPoint? ipv4, RsaIdentity rsaIdentity, Ed25519Identity? ed25519Identity, IPEndPoint? ipv6)
    {
        List<LinkSpecifier> items = [];
        if (ipv4 is not null)
        {
            items.Add(LinkSpecifier.From(ipv4));
        }

        items.Add(LinkSpecifier.From(rsaIdentity));
        if (ed25519Identity is { } identity)
        {
            items.Add(LinkSpecifier.From(identity));
        }

        if (ipv6 is not null)
        {
            items.Add(LinkSpecifier.From(ipv6));
        }

        return new LinkSpecifiers([.. items]);
    }

    /// <summary>Takes NSPEC and as many specifiers from the front of <paramref name="reader"/>. Duplicates are kept.</summary>
    /// <exception cref="MalformedMessageException">One is cut off, or a known type has the wrong length.</exception>
    public static LinkSpecifiers Read(ref ByteReader reader)
    {
        int count = reader.ReadByte();
        List<LinkSpecifier> items = []; // grows with the bytes that are there, not with the count that is claimed
        for (int i = 0; i < count; i++)
        {
            items.Add(LinkSpecifier.Read(ref reader));
        }

        return new LinkSpecifiers([.. items]);
    }

    /// <summary>Appends NSPEC and the specifiers.</summary>
    public void Write(ref ByteWriter writer)
    {
        writer.WriteByte((byte)_items.Length);
        foreach (LinkSpecifier item in _items)
        {
            item.Write(ref writer);
        }
    }

    /// <summary>How many specifiers have this type.</summary>
    public int CountOf(LinkSpecifierType type) => _items.Count(item => item.Type == type);

    /// <inheritdoc/>
    public IEnumerator<LinkSpecifier> GetEnumerator() => ((IEnumerable<LinkSpecifier>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private LinkSpecifier? First(LinkSpecifierType type) => Array.Find(_items, item => item.Type == type);
}
