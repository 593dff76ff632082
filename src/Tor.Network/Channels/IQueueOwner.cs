namespace Tunic.Tor.Network.Channels;

/// <summary>Somebody whose queued cells or bytes count in <see cref="QueueMemory"/>, and who can be made to give them up.</summary>
internal interface IQueueOwner
{
    /// <summary>When the oldest that waits came, monotonic; null when nothing waits.</summary>
    TimeSpan? OldestQueued { get; }

    /// <summary>Ends what the queues are for and frees their memory before it returns. Called outside of all gates; has no effect when there is nothing.</summary>
    void GiveUp();
}
