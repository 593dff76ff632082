namespace Tunic.Primitives.Errors;

/// <summary>What went wrong, from the point of view of somebody who has to do something about it.</summary>
public enum ErrorKind
{
    /// <summary>A fault in this program. Report it.</summary>
    Internal,

    /// <summary>The peer broke the protocol. Use another peer; report it when it repeats with stock software.</summary>
    RemoteProtocolViolation,

    /// <summary>The peer refused or cannot do what was asked. Another peer may.</summary>
    RemoteRefused,

    /// <summary>The peer could not be reached, or the connection broke. Try again, or try another peer.</summary>
    RemoteUnreachable,

    /// <summary>No answer within the time limit. Try again.</summary>
    Timeout,

    /// <summary>A limit of this program was reached. Wait, or raise the option that the message names.</summary>
    LimitReached,

    /// <summary>The configuration, or what the user typed, is wrong. Correct it as the message says.</summary>
    Configuration,

    /// <summary>A file of this program cannot be read, written or understood. The message names it.</summary>
    LocalState,

    /// <summary>The network is not known well enough yet, or no relay fits. Wait for the directory, or relax the demand.</summary>
    NotReady,

    /// <summary>The operation was ended because its owner is shutting down.</summary>
    ShuttingDown,
}
