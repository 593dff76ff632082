namespace Tunic.Node.Configuration.Torrc;

/// <summary>Rules on single values that stock checks when it validates its options.</summary>
internal static class TorrcChecks
{
    private const int MaxNicknameLength = 19;

    internal static bool IsNickname(string text) => text.Length is > 0 and <= MaxNicknameLength && text.All(char.IsAsciiLetterOrDigit);
}
