namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Arithmetic modulo 2^64 on as many numbers side by side as the processor takes in one instruction: one instance of HashX code for every width.</summary>
/// <typeparam name="TVector">The numbers: <see cref="ulong"/> itself, or a vector of them.</typeparam>
internal interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>The same number in every lane.</summary>
    static abstract TVector Broadcast(ulong value);

    /// <summary>0, 1, 2 and so on.</summary>
    static abstract TVector Indices { get; }

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    static abstract TVector And(TVector left, TVector right);

    /// <summary>Low half of the product.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>High half of the unsigned product.</summary>
    static abstract TVector MultiplyHigh(TVector left, TVector right);

    /// <summary>High half of the signed product.</summary>
    static abstract TVector MultiplyHighSigned(TVector left, TVector right);

    static abstract TVector ShiftLeft(TVector value, int bits);

    /// <param name="value">What is rotated.</param>
    /// <param name="bits">1 to 63.</param>
    static abstract TVector RotateLeft(TVector value, int bits);

    /// <summary>One bit for each lane that is zero, the first lane lowest.</summary>
    static abstract uint ZeroLanes(TVector value);
}
