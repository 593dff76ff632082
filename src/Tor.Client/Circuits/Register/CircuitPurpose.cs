namespace Tunic.Tor.Client.Circuits.Register;

/// <summary>What a circuit is for, in the control protocol's words (stock's circuit_purpose_to_controller_string).</summary>
internal static class CircuitPurpose
{
    /// <summary>Streams of applications, directory requests, and all else.</summary>
    internal const string General = "GENERAL";

    /// <summary>Made by a controller for itself: no stream is put on it unless the controller does.</summary>
    internal const string Controller = "CONTROLLER";

    /// <summary>A relay tests itself.</summary>
    internal const string Testing = "TESTING";
}
