using Tunic.Primitives.Cryptography;

namespace Tunic.Tests.Primitives.Cryptography;

/// <summary>The implementations of the curves that this machine has: every test of the curves runs on all of them.</summary>
internal static class CurveImplementations
{
    public static ICurve25519[] All =>
        ReferenceEquals(CryptographyBackend.Curves, ManagedCurve25519.Instance)
            ? [ManagedCurve25519.Instance]
            : [ManagedCurve25519.Instance, CryptographyBackend.Curves];
}
