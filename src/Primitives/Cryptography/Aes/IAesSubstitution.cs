namespace Tunic.Primitives.Cryptography;

/// <summary>The S-box of AES on the four bytes of a word, in constant time.</summary>
internal interface IAesSubstitution
{
    static abstract uint SubstituteWord(uint word);
}
