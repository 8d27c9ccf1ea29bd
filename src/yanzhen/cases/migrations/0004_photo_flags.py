import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_ledger'),
        ('files', '0002_photo_marks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PhotoFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('same_file', '与以前的照片是同一个文件'), ('same_picture', '与以前的照片是同一画面'), ('far', '拍摄位置离现场远'), ('early', '拍摄早于发现问题'), ('ahead', '拍摄时间晚于上传时间')], max_length=12, verbose_name='疑点')),
                ('metres', models.PositiveIntegerField(blank=True, null=True, verbose_name='距离（米）')),
                ('minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='相差（分钟）')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('finding', models.CharField(choices=[('open', '待核对'), ('dismissed', '排除'), ('upheld', '属实')], default='open', max_length=10, verbose_name='核对结果')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='核对时间')),
                ('words', models.TextField(blank=True, default='', verbose_name='核对说明')),
            ],
        ),
        migrations.AddField(
            model_name='casephoto',
            name='compared_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='比对时间'),
        ),
        migrations.AddIndex(
            model_name='casephoto',
            index=models.Index(condition=models.Q(('compared_at', None), ('moment', 'after')), fields=['id'], name='case_photo_not_compared'),
        ),
        migrations.AddField(
            model_name='photoflag',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='cases.case', verbose_name='问题'),
        ),
        migrations.AddField(
            model_name='photoflag',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人'),
        ),
        migrations.AddField(
            model_name='photoflag',
            name='other',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.photo', verbose_name='以前的照片'),
        ),
        migrations.AddField(
            model_name='photoflag',
            name='other_case',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case', verbose_name='以前的问题'),
        ),
        migrations.AddField(
            model_name='photoflag',
            name='photo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.photo', verbose_name='照片'),
        ),
        migrations.AddIndex(
            model_name='photoflag',
            index=models.Index(condition=models.Q(('finding', 'open')), fields=['case'], name='photo_flag_open'),
        ),
        migrations.AddConstraint(
            model_name='photoflag',
            constraint=models.UniqueConstraint(fields=('case', 'photo', 'kind', 'other', 'other_case'), name='photo_flag_once_a_pair'),
        ),
        migrations.AddConstraint(
            model_name='photoflag',
            constraint=models.UniqueConstraint(condition=models.Q(('other', None)), fields=('case', 'photo', 'kind'), name='photo_flag_once_a_photo'),
        ),
        migrations.AddConstraint(
            model_name='photoflag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['same_file', 'same_picture']), ('metres', None), ('minutes', None), ('other__isnull', False), ('other_case__isnull', False)), models.Q(('kind', 'far'), ('metres__isnull', False), ('minutes', None), ('other', None)), models.Q(('kind__in', ['early', 'ahead']), ('metres', None), ('minutes__isnull', False), ('other', None)), _connector='OR'), name='photo_flag_says_why'),
        ),
        migrations.AddConstraint(
            model_name='photoflag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('finding', 'open')), models.Q(models.Q(('finding', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='photo_flag_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='photoflag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding', 'dismissed'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='photo_flag_dismissed_with_words'),
        ),
    ]
