namespace Tunic.Primitives.Cryptography;

/// <summary>The ways to compute AES, best first. All take constant time.</summary>
internal enum AesImplementation
{
    /// <summary>The processor's AES instructions (x86).</summary>
    Instructions,

    /// <summary>The platform's library through System.Security.Cryptography.</summary>
    Platform,

    /// <summary>C# without tables, for where there is nothing else.</summary>
    Bitsliced,
}
