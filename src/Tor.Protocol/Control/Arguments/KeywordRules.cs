namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>How the words behind a command's positional arguments are written (stock's KV_ flags).</summary>
[Flags]
public enum KeywordRules
{
    /// <summary>KEY=VALUE only, without quotes.</summary>
    None = 0,

    /// <summary>A value may stand without a key.</summary>
    OmitKeys = 1,

    /// <summary>A key may stand without a value.</summary>
    OmitValues = 2,

    /// <summary>Values may be C strings in quotes.</summary>
    Quoted = 4,

    /// <summary>Values may be QuotedStrings.</summary>
    QuotedString = 8,
}
