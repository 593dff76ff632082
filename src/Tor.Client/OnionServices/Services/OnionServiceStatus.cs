namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>How far a service has come: what the descriptor that visitors fetch now says, and who holds it.</summary>
/// <param name="IntroductionPoints">Introduction points that are ready.</param>
/// <param name="WantedIntroductionPoints">How many there are to be; 0 before the network is known.</param>
/// <param name="Uploaded">Directories that have taken the latest version.</param>
/// <param name="Directories">Directories that it was sent to; 0 before the first upload.</param>
public sealed record OnionServiceStatus(int IntroductionPoints, int WantedIntroductionPoints, int Uploaded, int Directories)
{
    /// <summary>Some directory has the descriptor: visitors can come.</summary>
    public bool IsPublished => Uploaded > 0;

    /// <summary>"introduction points 3/3, uploaded 6/8".</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"introduction points {IntroductionPoints}/{WantedIntroductionPoints}, uploaded {Uploaded}/{Directories}");
}
