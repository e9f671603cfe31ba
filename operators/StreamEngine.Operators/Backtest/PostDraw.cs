namespace StreamEngine.Operators;

/// <summary>
/// Draws posts by lot, each once before any comes again: what people write in a rise is seldom word for word what others have just written.
/// </summary>
internal sealed class PostDraw(IReadOnlyList<DrillPost> posts, Random random)
{
    private readonly DrillPost[] _posts = [.. posts];
    private int _next;

    /// <summary>The next post; there must be one at least.</summary>
    public DrillPost Next()
    {
        if (_next == 0)
        {
            random.Shuffle(_posts);
        }

        var post = _posts[_next];
        _next = (_next + 1) % _posts.Length;
        return post;
    }
}
