using Harness.Parity;

namespace Harness.Tests.Parity;

public class ShellWordTests
{
    [Theory]
    [InlineData("golden/models/resnet18", "golden/models/resnet18")]
    [InlineData(@"C:\app\golden", @"C:\app\golden")]
    [InlineData("arch:resnet50", "arch:resnet50")]
    [InlineData("/home/você/réseau", "/home/você/réseau")]
    [InlineData("my app/golden", "\"my app/golden\"")]
    [InlineData("a(1)&b", "\"a(1)&b\"")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("$HOME's", @"'$HOME'\''s'")]
    [InlineData("", "\"\"")]
    public void A_path_is_one_word_of_a_command(string path, string word) => ShellWord.Of(path).Should().Be(word);
}
