using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Spikes;

public sealed class HourProfileTests
{
    [Fact]
    public void An_hour_is_learnt_once_where_a_bucket_begins_before_its_end_and_is_counted_after_it()
    {
        var (whole, straddled) = (Learn(straddles: false), Learn(straddles: true));

        Assert.Equal(1, whole.Weeks);
        Assert.Equal(whole.Weeks, straddled.Weeks);
        Assert.InRange(straddled.Ratio, 0.9 * whole.Ratio, 1.1 * whole.Ratio);

        static (int Weeks, float Ratio) Learn(bool straddles)
        {
            const long Minute = 60_000;
            var (profile, pool) = (new HourProfile(), new PooledProfile());
            pool.Close(-1);
            for (var start = 0L; start < HourProfile.HourMs; start += 5 * Minute)
            {
                profile.Enter(start, pool);
                profile.Add(40, 20);
            }

            profile.Enter(HourProfile.HourMs, pool);
            if (straddles)
            {
                profile.Enter(HourProfile.HourMs - Minute, pool);
                profile.Add(40, 20);
                profile.Enter(HourProfile.HourMs, pool);
            }

            var day = new StateWriter();
            profile.WriteDay(0, day);
            profile.WriteDay(4, day); // 1970 began on a Thursday
            var reader = new StateReader(day.Written);
            var cells = Enumerable.Range(0, 2 * HourProfile.HoursOfDay).ToArray();
            var (weeks, ratio) = (0, 0f);
            foreach (var _ in cells)
            {
                weeks += (int)reader.ReadCount();
                ratio += reader.ReadSingle();
            }

            return (weeks, ratio);
        }
    }
}
