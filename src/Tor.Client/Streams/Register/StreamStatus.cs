namespace Tunic.Tor.Client.Streams.Register;

/// <summary>How far a stream has come, in the control protocol's steps.</summary>
internal enum StreamStatus
{
    /// <summary>Asked for; on no circuit yet.</summary>
    New,

    /// <summary>Waits for a controller to choose its circuit.</summary>
    ControllerWait,

    /// <summary>Its target was replaced.</summary>
    Remap,

    /// <summary>The exit has been asked.</summary>
    Sent,

    /// <summary>The exit did not do it; another may.</summary>
    Detached,

    /// <summary>Connected, or looked up.</summary>
    Succeeded,

    /// <summary>Nobody can do it.</summary>
    Failed,

    /// <summary>Ended.</summary>
    Closed,
}
