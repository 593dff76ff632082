namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>How far the circuit to an introduction point has come.</summary>
internal enum IntroductionPointStatus
{
    /// <summary>There is none, and none is being built.</summary>
    Idle,

    /// <summary>It is being built.</summary>
    Building,

    /// <summary>It is there, and the relay has been asked to be an introduction point.</summary>
    Open,

    /// <summary>The relay has agreed.</summary>
    Established,
}
