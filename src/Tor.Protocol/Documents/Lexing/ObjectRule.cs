namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Whether an item carries an object between BEGIN and END lines.</summary>
internal enum ObjectRule
{
    /// <summary>None allowed.</summary>
    None,

    /// <summary>One that is not an RSA public key.</summary>
    Required,

    /// <summary>An RSA public key of any size.</summary>
    RsaKey,

    /// <summary>An RSA public key of 1024 bits.</summary>
    RsaKey1024,

    /// <summary>Nothing, or an RSA public key of 1024 bits.</summary>
    OptionalRsaKey1024,

    /// <summary>Anything.</summary>
    Any,
}
