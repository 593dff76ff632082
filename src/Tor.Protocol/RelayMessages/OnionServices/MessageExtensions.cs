using System.Collections;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>The extensions of an onion service message in the order received, unknown ones and duplicates included (rend-spec-v3, "Extension format").</summary>
public sealed class MessageExtensions : IReadOnlyList<MessageExtension>
{
    private readonly MessageExtension[] _items;

    /// <summary>Keeps the order given.</summary>
    /// <exception cref="ArgumentException">More than 255, or one of them is longer than 255 bytes.</exception>
    public MessageExtensions(params ReadOnlySpan<MessageExtension> items)
    {
        if (items.Length > byte.MaxValue)
        {
            throw new ArgumentException($"at most {byte.MaxValue} extensions, not {items.Length}", nameof(items));
        }

        _items = items.ToArray();
        if (_items.Any(item => item.Body.Length > byte.MaxValue))
        {
            throw new ArgumentException($"an extension has at most {byte.MaxValue} bytes", nameof(items));
        }
    }

    /// <summary>No extensions: one zero byte on the wire.</summary>
    public static MessageExtensions None { get; } = new();

    /// <summary>Number of extensions.</summary>
    public int Count => _items.Length;

    /// <summary>Bytes on the wire, with the count.</summary>
    public int EncodedLength => 1 + _items.Sum(item => item.EncodedLength);

    /// <summary>The extension at a place in the list.</summary>
    public MessageExtension this[int index] => _items[index];

    /// <summary>Takes the count and as many extensions from the front of <paramref name="reader"/>.</summary>
    /// <exception cref="MalformedMessageException">One is cut off.</exception>
    public static MessageExtensions Read(ref ByteReader reader)
    {
        int count = reader.ReadByte();
        List<MessageExtension> items = []; // grows with the bytes that are there, not with the count that is claimed
        for (int i = 0; i < count; i++)
        {
            byte type = reader.ReadByte();
            int length = reader.ReadByte();
            items.Add(new MessageExtension(type, reader.ReadBytes(length).ToArray()));
        }

        return new MessageExtensions([.. items]);
    }

    /// <summary>Appends the count and the extensions.</summary>
    public void Write(ref ByteWriter writer)
    {
        writer.WriteByte((byte)_items.Length);
        foreach (MessageExtension item in _items)
        {
            writer.WriteByte(item.Type);
            writer.WriteByte((byte)item.Body.Length);
            writer.WriteBytes(item.Body.Span);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<MessageExtension> GetEnumerator() => ((IEnumerable<MessageExtension>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
