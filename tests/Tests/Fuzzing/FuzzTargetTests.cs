using Tunic.Tests.Fuzz.Engine;
using Tunic.Tests.Fuzz.Targets;

namespace Tunic.Tests.Fuzzing;

/// <summary>A short run of every target of tests/Fuzz: its seeds, the whole kept corpus, and some changed inputs. The long runs are docs/fuzzing.md's.</summary>
public sealed class FuzzTargetTests
{
    private const int Changed = 300;
    private const int ChangedSequences = 30;

    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Names => [.. TargetList.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_corpus_and_changed_inputs_break_no_rule(string name)
    {
        FuzzTarget target = TargetList.All.Single(target => target.Name == name);
        var session = new FuzzSession(target, seed: 1);
        int known = FuzzFiles.ReadCorpus(name).Count() + target.Seeds().Count();

        (byte[] Input, Exception Failure)? found = session.Run(known + (target.IsStateful ? ChangedSequences : Changed), _timeLimit);

        Assert.True(found is null, $"{Convert.ToHexString(found?.Input ?? [])}: {found?.Failure}");
    }

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target()
    {
        string[] folders = [.. Directory.GetDirectories(FuzzFiles.Corpus).Select(folder => Path.GetFileName(folder))];

        Assert.Empty(folders.Except(TargetList.All.Select(target => target.Name)));
    }
}
