using System.Text;

namespace Tunic.Node.Logging;

/// <summary>Standard output and error as plain bytes: whole lines, written at once, from any thread.</summary>
internal static class StandardStreams
{
    private static readonly Lock Gate = new();
    private static readonly Stream Output = Console.OpenStandardOutput();
    private static readonly Stream Error = Console.OpenStandardError();

    internal static void WriteLine(string line) => Write(Output, line);

    internal static void WriteErrorLine(string line) => Write(Error, line);

    private static void Write(Stream stream, string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        try
        {
            lock (Gate)
            {
                stream.Write(bytes);
            }
        }
        catch (IOException)
        {
            // nobody reads any more: a log is no reason to end
        }
    }
}
