namespace Tunic.Tests.Tor.Protocol.Certificates;

/// <summary>One relay's certificates from a test network of stock tor (Arti, crates/tor-proto/src/channel/handshake.rs, tests, module
/// certs; crates/tor-cert/tests/testvec_certs.rs).</summary>
internal static class ChutneyCertificates
{
    public const string Ed25519Identity = "dcb604db2034b00fd16986d4adb9d16b21cb4e4457a33dec0f538903683e96e9";
    public const string SigningKey = "f82294b866a31f01fc5d0da8572850a9b929545c3266558d7d2316e3b74172b0";
    public const string RsaIdentity = "2f1fb49bb332a9eec617e41e911c33fb3890aef3";
    public const string TlsCertificateDigest = "b4fd606b64e4cbd466b8d76cb131069bae6f3aa1878857c9f624e31d77a799b8";

    /// <summary>When all of them were valid.</summary>
    public static readonly DateTime Time = new(2020, 9, 26, 18, 1, 20, DateTimeKind.Utc);

    public static byte[] IdentityX509 => Convert.FromHexString(
        "308201b930820122a0030201020208607c28be6c390943300d06092a864886f70d01010b0500301f311d301b06035504030c147777772e74636a7635" +
        "6b766a646472322e636f6d301e170d3230303831303030303030305a170d3231303831303030303030305a301f311d301b06035504030c147777772e" +
        "74636a76356b766a646472322e636f6d30819f300d06092a864886f70d010101050003818d0030818902818100d38b1e6ceb946e0db0751f4cbace3d" +
        "cb9688b6c25304227b4710c35afb73627e50500f5913e158b621802612d1c75827003703338375237552eb3cd3c12f6ab3604e60c1a2d26bb1fbad20" +
        "6ff023969a90909d6a65a5458a5312c26ebd3a3dad30302d4515cdcd264146ac18e6fc60a04bd3ec327f04294d96ba5aa25b464c3f0203010001300d" +
        "06092a864886f70d01010b0500038181003bce561ea7f95cc00b78aab5d69573ff301c282a751d4a651921d042f1becdba24d918a6d8a5e138dc07bb" +
        "a0b335478ae37abd2c93a93932442ae9084329e846170fe0fc4a50aafc804f311cc3ca4f41d845a7ba5901cbbc3e021e9794aac70ce1f37b0a951592" +
        "db1b64f2b4afb81ae52dbd9b6fede96a5fb8125eb6251ee50a");

    public static byte[] Signing => Convert.FromHexString(
        "01040006cc2a01f82294b866a31f01fc5d0da8572850a9b929545c3266558d7d2316e3b74172b00100200400dcb604db2034b00fd16986d4adb9d16b" +
        "21cb4e4457a33dec0f538903683e96e9ff1a5203fa27f86ef7528d89a0845d2520166e340754ffea2aae0f612b7ce5da094a0236cdac45034b0b6842" +
        "c18e7f6b51b93a3cf7e60663b8ad061c30a62602");

    public static byte[] Link => Convert.FromHexString(
        "01050006c98a03b4fd606b64e4cbd466b8d76cb131069bae6f3aa1878857c9f624e31d77a799b8007173e5f8068431d0d3f5ee16b4c9ffd59df373e1" +
        "52a87281bae744aa5fcf72171bf4b27c4e8fc1c6a9fc5ca11058bc49647063d7903cfd9f512f89099b27bc0c");

    public static byte[] Cross => Convert.FromHexString(
        "dcb604db2034b00fd16986d4adb9d16b21cb4e4457a33dec0f538903683e96e90006da3a805cf6006f9179066534de6b45ad47a5c469063ee4627627" +
        "23396dc9f25452a0a52da3f5087dd239f2a311f6b0d4dfeff4abd089dc3d0237a0abab19eb2045b91cdcaf04be0a72d548a27bf2e77bd876ecfe5e1b" +
        "e622350da6bf31f6e306ed896488dd5b39409b23fc3eb7b2c9f7328eb18da36d54d80575899ea6507ccbfcdf1f");
}
